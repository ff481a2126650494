#include "ops/conv2d/conv2d.hpp"

#include <fmt/format.h>

#include "ops/conv2d/conv2d_f32.hpp"
#include "ops/conv2d/conv2d_f32_fast.hpp"
#include "ops/conv2d/conv2d_f32_onnx.hpp"
#include "ops/conv2d/conv2d_s8.h"
#include "ops/conv2d/conv2d_s8_fast.hpp"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"
#include "ops/window.hpp"

namespace pare {

extern const OpFamily conv2d_op;
const OpFamily conv2d_op{"conv2d", {Conv2d::kKind}};

void Conv2d::fields(FieldVisitor& v) {
  visit_strides(v, *this);
  visit_dilations(v, *this);
  visit_pads(v, *this);
  v.field("groups", groups);
  v.field("activation", activation);
}

Result<std::vector<TensorType>> Conv2d::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 2, 3));
  PARE_TRY(expect_rank(*in[0], 4));
  PARE_TRY(expect_rank(*in[1], 4));
  const Shape &x = in[0]->shape, &w = in[1]->shape;
  if (groups < 1 || x[3] % groups != 0 || w[0] % groups != 0)
    return Error{Code::InvalidModel, "", fmt::format("{} groups", groups),
                 fmt::format("a divisor of {} input and {} output channels", x[3], w[0]), ""};
  if (w[3] * groups != x[3])
    return Error{Code::InvalidModel, "", fmt::format("weights for {} input channels", w[3] * groups), std::to_string(x[3]), ""};
  PARE_TRY(expect_bias(in, 2, w[0]));
  PARE_TRY(expect_padding(*this));
  PARE_TRY(const int64_t h, window_extent(x[1], pad_top + pad_bottom, w[1], stride_h, dilation_h));
  PARE_TRY(const int64_t width, window_extent(x[2], pad_left + pad_right, w[2], stride_w, dilation_w));
  return std::vector<TensorType>{{{x[0], h, width, w[0]}, DType::F32}};
}

Cost Conv2d::cost(const Operands& in, const Operands& out) const {
  return {.macs = count_of(out[0]->shape) * count_of(in[1]->shape) / in[1]->shape[0]};
}

namespace {

// The fields that both kernels share.
template <class Args>
void fill_geometry(Args& a, const Conv2d& op, const PrepareInput& input) {
  const Shape& w = input.in[1]->shape;
  fill_window(a, op, input, {w[1], w[2]});
  a.in_c = static_cast<int32_t>(input.in[0]->shape[3]);
  a.out_c = static_cast<int32_t>(w[0]);
  a.dilation_h = static_cast<int32_t>(op.dilation_h);
  a.dilation_w = static_cast<int32_t>(op.dilation_w);
  a.groups = static_cast<int32_t>(op.groups);
}

void visit(ArgVisitor& v, const pare_conv2d_s8_args& a) {
  const int64_t filter = int64_t{1} * a.kernel_h * a.kernel_w * (a.in_c / a.groups);
  v.number("n", a.n), v.number("in_h", a.in_h), v.number("in_w", a.in_w), v.number("in_c", a.in_c);
  v.number("out_h", a.out_h), v.number("out_w", a.out_w), v.number("out_c", a.out_c);
  v.number("kernel_h", a.kernel_h), v.number("kernel_w", a.kernel_w);
  v.number("stride_h", a.stride_h), v.number("stride_w", a.stride_w);
  v.number("dilation_h", a.dilation_h), v.number("dilation_w", a.dilation_w);
  v.number("pad_top", a.pad_top), v.number("pad_left", a.pad_left), v.number("groups", a.groups);
  v.number("in_zero_point", a.in_zero_point);
  v.array("weights", std::span(a.weights, static_cast<size_t>(a.out_c * filter)));
  v.array("bias", std::span(a.bias, a.bias ? static_cast<size_t>(a.out_c) : 0));
  visit_requantize(v, a.requantize);
}

Result<Kernel> prepare_s8(const Conv2d& op, const PrepareInput& input) {
  PARE_TRY(expect_weighted_s8(input, op.contract().channel_axis));
  PARE_TRY(expect_int32_sizes(input));
  auto holder = std::make_shared<Holder<pare_conv2d_s8_args>>();
  PARE_TRY(Requantizer requantizer, Requantizer::make(weighted_spec(RuleFor::Conv, input, op.activation)));
  holder->requantizer = std::make_unique<Requantizer>(std::move(requantizer));
  holder->tensors = {input.in[1]->data, bias_tensor(input)};
  pare_conv2d_s8_args& a = holder->args;
  fill_geometry(a, op, input);
  a.in_zero_point = input.in[0]->encoding.zero_point[0];
  a.weights = holder->tensors[0].view<int8_t>().data();
  a.bias = codes_or_null(holder->tensors[1]);
  a.requantize = holder->requantizer->args();
  const Kernel reference = kernel_of({pare_conv2d_s8, "pare_conv2d_s8", "ops/conv2d/conv2d_s8", "pare_conv2d_s8_args"}, holder, visit);
  return fast_conv2d_s8(a, input.isa, reference).value_or(reference);
}

Result<Kernel> prepare_f32(const Conv2d& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<Conv2dF32Args>>();
  holder->tensors = {real_values(*input.in[1]), real_bias(input)};
  Conv2dF32Args& a = holder->args;
  fill_geometry(a, op, input);
  a.weights = holder->tensors[0].view<float>().data();
  a.bias = reals_or_null(holder->tensors[1]);
  a.limits = limits_of(op.activation);
  if (input.arithmetic == Arithmetic::Onnx) return onnx_conv2d_f32(a, holder->tensors[0], holder->tensors[1], input.isa);
  if (tile_loop(input.isa)) return fast_conv2d_f32(a, holder->tensors[0], holder->tensors[1], input.isa);
  return Kernel{.run = conv2d_f32, .args = as_args(holder), .name = "conv2d_f32", .c = {}};
}

}  // namespace

Result<Kernel> Conv2d::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_constants(input, 1));
  const Shape& x = input.in[0]->shape;
  PARE_TRY(expect_window_rows(*this, x, input.in[1]->shape[1], x[3]));
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
