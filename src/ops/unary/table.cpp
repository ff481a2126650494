#include "ops/unary/table.hpp"

#include "ops/operands.hpp"
#include "ops/unary/unary_s8.h"

namespace pare {
namespace {

void visit(ArgVisitor& v, const pare_unary_s8_args& a) {
  v.number("count", a.count);
  v.array("table", std::span(a.table, 256));
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

Kernel table_kernel(Tensor table, int64_t count, std::string name) {
  auto holder = std::make_shared<Holder<pare_unary_s8_args>>();
  holder->tensors = {std::move(table)};
  holder->args = {static_cast<int32_t>(count), holder->tensors[0].view<int8_t>().data()};
  Kernel kernel = kernel_of({pare_unary_s8, "pare_unary_s8", "ops/unary/unary_s8", "pare_unary_s8_args"}, holder, visit);
  kernel.name = std::move(name);
  return kernel;
}

}  // namespace pare
