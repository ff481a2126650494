#include "ops/softmax/softmax.hpp"

#include <fmt/format.h>

#include "ops/operands.hpp"
#include "ops/requantize.hpp"
#include "ops/softmax/softmax_f32.hpp"
#include "ops/softmax/softmax_s8_fast.hpp"
#include "ops/softmax/softmax_s8_prepare.h"

namespace pare {

extern const OpFamily softmax_op;
const OpFamily softmax_op{"softmax", {Softmax::kKind}};

void Softmax::fields(FieldVisitor& v) {
  v.field("axis", axis);
  v.field("beta", beta);
}

Result<std::vector<TensorType>> Softmax::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_axis(*in[0], axis));
  return std::vector<TensorType>{{in[0]->shape, DType::F32}};
}

namespace {

Result<Kernel> prepare_f32(const Softmax& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<SoftmaxF32Args>>();
  const AxisSplit split = split_at(input.in[0]->shape, op.axis);
  holder->args = {split.outer, split.extent, split.inner, op.beta};
  return Kernel{.run = softmax_f32, .args = as_args(holder), .name = "softmax_f32", .c = {}};
}

void visit_fixed(ArgVisitor& v, const pare_softmax_s8_args& a) {
  v.number("rows", a.rows), v.number("depth", a.depth);
  v.number("multiplier", a.multiplier), v.number("exponent", a.exponent);
  v.number("diff_min", a.diff_min);
}

void visit_table(ArgVisitor& v, const pare_softmax_table_s8_args& a) {
  v.number("rows", a.rows), v.number("depth", a.depth);
  v.array("table", std::span(a.table, 256));
  v.real("out_scale", a.out_scale);
  v.number("out_zero_point", a.out_zero_point);
}

// Rows along the last axis.
template <class Args>
void fill_rows(Args& a, const Shape& shape) {
  a.depth = static_cast<int32_t>(shape.back());
  a.rows = static_cast<int32_t>(count_of(shape) / shape.back());
}

Kernel fixed_kernel(const Softmax& op, const TensorInfo& x, Isa isa) {
  auto holder = std::make_shared<Holder<pare_softmax_s8_args>>();
  fill_rows(holder->args, x.shape);
  pare_prepare_softmax(&holder->args, op.beta, x.encoding.scale[0]);
  const Kernel kernel = kernel_of(
      {pare_softmax_s8, "pare_softmax_s8", "ops/softmax/softmax_s8", "pare_softmax_s8_args"}, holder, visit_fixed);
  return fast_softmax_s8(holder->args, isa, kernel).value_or(kernel);
}

Kernel table_kernel(const Softmax& op, const TensorInfo& x, const Encoding& y, Isa isa) {
  auto holder = std::make_shared<Holder<pare_softmax_table_s8_args>>();
  holder->reals.emplace_back(256);
  pare_softmax_table(holder->reals[0].data(), op.beta, x.encoding.scale[0]);
  fill_rows(holder->args, x.shape);
  holder->args.table = holder->reals[0].data();
  holder->args.out_scale = y.scale[0];
  holder->args.out_zero_point = y.zero_point[0];
  const Kernel kernel = kernel_of(
      {pare_softmax_table_s8, "pare_softmax_table_s8", "ops/softmax/softmax_s8", "pare_softmax_table_s8_args"}, holder,
      visit_table);
  return fast_softmax_s8(holder->args, isa, kernel).value_or(kernel);
}

Result<void> expect_integer_form(const Softmax& op, const TensorInfo& x) {
  if (op.axis + 1 != static_cast<int64_t>(x.shape.size()))
    return Error{Code::Unsupported, "", "an integer softmax along axis " + std::to_string(op.axis), "the last axis",
                 ""};
  if (!(op.beta > 0) || x.shape.back() > 4095)
    return Error{Code::Unsupported, "",
                 fmt::format("an integer softmax of {} values, beta {}", x.shape.back(), op.beta),
                 "at most 4095 values and beta > 0", ""};
  return {};
}

Result<Kernel> prepare_s8(const Softmax& op, const PrepareInput& input) {
  const TensorInfo& x = *input.in[0];
  PARE_TRY(expect_integer_arithmetic(input.arithmetic));
  PARE_TRY(expect_s8(x));
  PARE_TRY(expect_fixed_output(input, op.contract()));
  PARE_TRY(expect_integer_form(op, x));
  PARE_TRY(expect_int32_sizes(input));
  const bool table = pare_is_litert(c_number(input.arithmetic)) != 0;
  return table ? table_kernel(op, x, input.out[0]->encoding, input.isa) : fixed_kernel(op, x, input.isa);
}

}  // namespace

Result<Kernel> Softmax::prepare(const PrepareInput& input) const {
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
