#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"

#include <fmt/format.h>

#include "ops/conv2d/conv2d_f32_fast.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d_f32.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d_f32_fast.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8.h"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_fast.hpp"
#include "ops/isa_table.hpp"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"
#include "ops/window.hpp"

namespace pare {

extern const OpFamily depthwise_conv2d_op;
const OpFamily depthwise_conv2d_op{"depthwise_conv2d", {DepthwiseConv2d::kKind}};

void DepthwiseConv2d::fields(FieldVisitor& v) {
  visit_strides(v, *this);
  visit_dilations(v, *this);
  visit_pads(v, *this);
  v.field("activation", activation);
}

Result<std::vector<TensorType>> DepthwiseConv2d::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 2, 3));
  PARE_TRY(expect_rank(*in[0], 4));
  PARE_TRY(expect_rank(*in[1], 4));
  const Shape &x = in[0]->shape, &w = in[1]->shape;
  if (w[0] != 1 || w[3] % x[3] != 0)
    return Error{Code::InvalidModel, "", "depthwise weights of shape " + to_string(w),
                 fmt::format("[1, kh, kw, a multiple of {}]", x[3]), ""};
  PARE_TRY(expect_bias(in, 2, w[3]));
  PARE_TRY(expect_padding(*this));
  PARE_TRY(const int64_t h, window_extent(x[1], pad_top + pad_bottom, w[1], stride_h, dilation_h));
  PARE_TRY(const int64_t width, window_extent(x[2], pad_left + pad_right, w[2], stride_w, dilation_w));
  return std::vector<TensorType>{{{x[0], h, width, w[3]}, DType::F32}};
}

Cost DepthwiseConv2d::cost(const Operands& in, const Operands& out) const {
  return {.macs = count_of(out[0]->shape) * in[1]->shape[1] * in[1]->shape[2]};
}

namespace {

// The fields that both kernels share.
template <class Args>
void fill_geometry(Args& a, const DepthwiseConv2d& op, const PrepareInput& input) {
  const Shape& w = input.in[1]->shape;
  fill_window(a, op, input, {w[1], w[2]});
  a.in_c = static_cast<int32_t>(input.in[0]->shape[3]);
  a.dilation_h = static_cast<int32_t>(op.dilation_h);
  a.dilation_w = static_cast<int32_t>(op.dilation_w);
}

void visit(ArgVisitor& v, const pare_depthwise_conv2d_s8_args& a) {
  const int64_t channels = int64_t{1} * a.in_c * a.multiplier;
  v.number("n", a.n), v.number("in_h", a.in_h), v.number("in_w", a.in_w), v.number("in_c", a.in_c);
  v.number("out_h", a.out_h), v.number("out_w", a.out_w), v.number("multiplier", a.multiplier);
  v.number("kernel_h", a.kernel_h), v.number("kernel_w", a.kernel_w);
  v.number("stride_h", a.stride_h), v.number("stride_w", a.stride_w);
  v.number("dilation_h", a.dilation_h), v.number("dilation_w", a.dilation_w);
  v.number("pad_top", a.pad_top), v.number("pad_left", a.pad_left);
  v.number("in_zero_point", a.in_zero_point);
  v.array("weights", std::span(a.weights, static_cast<size_t>(channels * a.kernel_h * a.kernel_w)));
  v.array("bias", std::span(a.bias, a.bias ? static_cast<size_t>(channels) : 0));
  visit_requantize(v, a.requantize);
}

Result<Kernel> prepare_s8(const DepthwiseConv2d& op, const PrepareInput& input) {
  PARE_TRY(expect_weighted_s8(input, op.contract().channel_axis));
  PARE_TRY(expect_int32_sizes(input));
  auto holder = std::make_shared<Holder<pare_depthwise_conv2d_s8_args>>();
  PARE_TRY(Requantizer requantizer, Requantizer::make(weighted_spec(RuleFor::Conv, input, op.activation)));
  holder->requantizer = std::make_unique<Requantizer>(std::move(requantizer));
  holder->tensors = {input.in[1]->data, bias_tensor(input)};
  pare_depthwise_conv2d_s8_args& a = holder->args;
  fill_geometry(a, op, input);
  a.multiplier = static_cast<int32_t>(input.in[1]->shape[3] / input.in[0]->shape[3]);
  a.in_zero_point = input.in[0]->encoding.zero_point[0];
  a.weights = holder->tensors[0].view<int8_t>().data();
  a.bias = codes_or_null(holder->tensors[1]);
  a.requantize = holder->requantizer->args();
  const Kernel reference = kernel_of({pare_depthwise_conv2d_s8, "pare_depthwise_conv2d_s8", "ops/depthwise_conv2d/depthwise_conv2d_s8", "pare_depthwise_conv2d_s8_args"}, holder, visit);
  return fast_depthwise_conv2d_s8(a, input.isa, reference).value_or(reference);
}

struct FastRow {
  Isa isa;
  pare_kernel run;
  const char* name;
};
constexpr FastRow kFast[] = {
    {Isa::Portable, depthwise_conv2d_f32, "depthwise_conv2d_f32"},
#if defined(__x86_64__)
    {Isa::Avx512Vnni, depthwise_conv2d_f32_avx512, "depthwise_conv2d_f32_avx512"},
    {Isa::Avx2, depthwise_conv2d_f32_avx2, "depthwise_conv2d_f32_avx2"},
#elif defined(__aarch64__)
    {Isa::Neon, depthwise_conv2d_f32_neon, "depthwise_conv2d_f32_neon"},
#endif
};

// The fast depthwise kernels have no multiplier. With one the layer is a convolution of in_c groups, whose weights are
// [out_c, kernel_h, kernel_w, 1].
Kernel grouped_f32(const DepthwiseConv2dF32Args& a, const Tensor& weights, const Tensor& bias, Isa isa) {
  const Conv2dF32Args conv{a.n, a.in_h, a.in_w, a.in_c, a.out_h, a.out_w, a.out_c, a.kernel_h, a.kernel_w, a.stride_h,
                           a.stride_w, a.dilation_h, a.dilation_w, a.pad_top, a.pad_left, a.in_c, nullptr, nullptr, a.limits};
  Tensor turned(DType::F32, {a.out_c, a.kernel_h, a.kernel_w, 1});
  const auto from = weights.view<float>();
  auto to = turned.edit<float>();
  const size_t channels = static_cast<size_t>(a.out_c), taps = from.size() / channels;
  for (size_t i = 0; i < from.size(); ++i) to[i % channels * taps + i / channels] = from[i];
  return fast_conv2d_f32(conv, turned, bias, isa);
}

Result<Kernel> prepare_f32(const DepthwiseConv2d& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<DepthwiseConv2dF32Args>>();
  holder->tensors = {real_values(*input.in[1]), real_bias(input)};
  DepthwiseConv2dF32Args& a = holder->args;
  fill_geometry(a, op, input);
  a.out_c = static_cast<int>(input.in[1]->shape[3]);
  a.weights = holder->tensors[0].view<float>().data();
  a.bias = reals_or_null(holder->tensors[1]);
  a.limits = limits_of(op.activation);
  const Isa isa = input.arithmetic == Arithmetic::Onnx ? Isa::Portable : input.isa;  // whose sums are in double
  if (a.in_c != a.out_c && tile_loop(isa)) return grouped_f32(a, holder->tensors[0], holder->tensors[1], isa);
  const FastRow& row = row_for(kFast, isa);
  return Kernel{.run = row.run, .args = as_args(holder), .name = row.name, .c = {}};
}

}  // namespace

Result<Kernel> DepthwiseConv2d::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_constants(input, 1));
  const Shape& w = input.in[1]->shape;
  PARE_TRY(expect_window_rows(*this, input.in[0]->shape, w[1], w[3]));
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
