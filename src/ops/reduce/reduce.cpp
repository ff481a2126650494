#include "ops/reduce/reduce.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "ops/operands.hpp"
#include "ops/reduce/mean_f32.hpp"
#include "ops/reduce/mean_s8_fast.hpp"
#include "ops/reduce/mean_s8_prepare.h"
#include "ops/requantize.hpp"

namespace pare {

extern const OpFamily reduce_op;
const OpFamily reduce_op{"reduce", {Mean::kKind}};

void Mean::fields(FieldVisitor& v) {
  v.field("axes", axes);
  v.field("keep_dims", keep_dims);
}

namespace {

bool names(const std::vector<int64_t>& axes, size_t axis) {
  return std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
}

Result<void> expect_axes(const TensorInfo& x, const std::vector<int64_t>& axes) {
  for (const int64_t axis : axes) {
    PARE_TRY(expect_axis(x, axis));
  }
  if (std::adjacent_find(axes.begin(), axes.end(), std::greater_equal<>()) == axes.end()) return {};
  return Error{Code::InvalidModel, "", "axes " + to_string(axes), "ascending axes, each once", ""};
}

}  // namespace

Result<std::vector<TensorType>> Mean::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_axes(*in[0], axes));
  Shape y;
  for (size_t i = 0; i < in[0]->shape.size(); ++i) {
    if (!names(axes, i)) y.push_back(in[0]->shape[i]);
    else if (keep_dims) y.push_back(1);
  }
  return std::vector<TensorType>{{std::move(y), DType::F32}};
}

namespace {

// Appends an axis, joined with the last one if the two lie behind one another in memory.
void add_axis(MeanF32Args::Axes& axes, int64_t extent, int64_t stride) {
  if (axes.rank > 0 && axes.stride[axes.rank - 1] == extent * stride) {
    axes.extent[axes.rank - 1] *= extent;
    axes.stride[axes.rank - 1] = stride;
    return;
  }
  axes.extent[axes.rank] = extent;
  axes.stride[axes.rank++] = stride;
}

MeanF32Args args_of(const Mean& op, const Shape& x) {
  MeanF32Args a{};
  for (size_t i = 0; i < x.size(); ++i)
    add_axis(names(op.axes, i) ? a.reduced : a.kept, x[i], split_at(x, static_cast<int64_t>(i)).inner);
  return a;
}

Result<Kernel> prepare_f32(const Mean& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  PARE_TRY(expect_rank_at_most(*input.in[0], kMeanRank));
  auto holder = std::make_shared<Holder<MeanF32Args>>();
  holder->args = args_of(op, input.in[0]->shape);
  return Kernel{.run = mean_f32, .args = as_args(holder), .name = "mean_f32", .c = {}};
}

void visit(ArgVisitor& v, const pare_mean_s8_args& a) {
  v.inline_array("keep", a.keep);
  v.inline_array("keep_stride", a.keep_stride);
  v.inline_array("reduce", a.reduce);
  v.inline_array("reduce_stride", a.reduce_stride);
  v.number("rule", a.rule);
  v.number("sum_zero", a.sum_zero), v.number("multiplier", a.multiplier), v.number("exponent", a.exponent);
  v.number("out_zero_point", a.out_zero_point);
  v.real("scale", a.scale), v.real("offset", a.offset);
}

Result<void> expect_few_terms(const Mean& op, const TensorInfo& x) {
  int64_t terms = 1;
  for (const int64_t axis : op.axes) terms *= x.shape[static_cast<size_t>(axis)];
  if (terms <= int64_t{1} << 22) return {};
  return Error{Code::Unsupported, "", fmt::format("a mean over {} codes", terms), "at most 4194304, which an int32 can sum", ""};
}

Result<Kernel> prepare_s8(const Mean& op, const PrepareInput& input) {
  const TensorInfo& x = *input.in[0];
  PARE_TRY(expect_integer_arithmetic(input.arithmetic));
  PARE_TRY(const pare_affine from, affine_of(x));
  PARE_TRY(const pare_affine to, affine_of(*input.out[0]));
  PARE_TRY(expect_few_terms(op, x));
  PARE_TRY(expect_int32_sizes(input));
  const auto shape = narrow(x.shape);
  std::vector<int32_t> reduced;
  for (size_t i = 0; i < shape.size(); ++i) reduced.push_back(names(op.axes, i));
  const pare_mean_axes axes{static_cast<int32_t>(shape.size()), shape.data(), reduced.data()};
  auto holder = std::make_shared<Holder<pare_mean_s8_args>>();
  if (!pare_prepare_mean(&holder->args, c_number(input.arithmetic), &axes, &from, &to))
    return Error{Code::Unsupported, "", fmt::format("axes {} of {}", to_string(op.axes), to_string(x.shape)),
                 "axes in at most three groups", ""};
  const Kernel reference = kernel_of({pare_mean_s8, "pare_mean_s8", "ops/reduce/mean_s8", "pare_mean_s8_args"}, holder, visit);
  return fast_mean_s8(holder->args, input.isa, reference).value_or(reference);
}

}  // namespace

Result<Kernel> Mean::prepare(const PrepareInput& input) const {
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
