#include "ops/unary/table.hpp"

#include "ops/loops_s8.hpp"
#include "ops/operands.hpp"
#include "ops/unary/unary_s8.h"

namespace pare {
namespace {

void visit(ArgVisitor& v, const pare_unary_s8_args& a) {
  v.number("count", a.count);
  v.array("table", std::span(a.table, 256));
}

// The arguments of a lookup by vectors, and the kernel that owns the table.
struct Packed {
  struct Args {
    pare_unary_s8_args table;
    decltype(LoopsS8::lookup) lookup;
  } args{};
  std::shared_ptr<const void> owner;
};

void run(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Packed::Args*>(args);
  a.lookup(static_cast<const int8_t*>(io->in[0]), a.table.table, static_cast<int8_t*>(io->out[0]), a.table.count);
}

Kernel fastest(const pare_unary_s8_args& args, const Kernel& reference, Isa isa) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.lookup) return reference;
  auto packed = std::make_shared<Packed>();
  packed->args = {args, loops.lookup};
  packed->owner = reference.args;
  return twin_of(reference, loops.isa, run, packed);
}

}  // namespace

Result<pare_table_spec> table_spec(const PrepareInput& input) {
  pare_table_spec spec{};
  PARE_TRY(expect_integer_arithmetic(input.arithmetic));
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(spec.x, affine_of(*input.in[0]));
  PARE_TRY(spec.y, affine_of(*input.out[0]));
  spec.arithmetic = c_number(input.arithmetic);
  return spec;
}

Kernel table_kernel(Tensor table, int64_t count, std::string name, Isa isa) {
  auto holder = std::make_shared<Holder<pare_unary_s8_args>>();
  holder->tensors = {std::move(table)};
  holder->args = {static_cast<int32_t>(count), holder->tensors[0].view<int8_t>().data()};
  Kernel kernel =
      kernel_of({pare_unary_s8, "pare_unary_s8", "ops/unary/unary_s8", "pare_unary_s8_args"}, holder, visit);
  kernel.name = std::move(name);
  return fastest(holder->args, kernel, isa);
}

}  // namespace pare
