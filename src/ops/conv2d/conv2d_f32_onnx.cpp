// Some pixels' inputs are copied into rows in the order of the sums, ci, kh, kw, with zeros outside the image; the rest
// is a product of two matrices.
#include "ops/conv2d/conv2d_f32_onnx.hpp"

#include <algorithm>

#include "ops/requantize.hpp"

namespace pare {
namespace {

constexpr int kChunk = 48;  // pixels of a row that are computed together

// The inputs of output pixel (oh, ow); `x` is one sample at the group's first channel.
float* copy_window(const Conv2dF32Args& a, const float* x, int oh, int ow, float* to) {
  const int depth = a.in_c / a.groups;
  for (int c = 0; c < depth; ++c)
    for (int kh = 0; kh < a.kernel_h; ++kh)
      for (int kw = 0; kw < a.kernel_w; ++kw) {
        const int ih = oh * a.stride_h - a.pad_top + kh * a.dilation_h,
                  iw = ow * a.stride_w - a.pad_left + kw * a.dilation_w;
        const bool inside = ih >= 0 && ih < a.in_h && iw >= 0 && iw < a.in_w;
        *to++ = inside ? x[(static_cast<ptrdiff_t>(ih) * a.in_w + iw) * a.in_c + c] : 0.0f;
      }
  return to;
}

// All groups of the pixels [ow, ow + pixels) of an output row that begins at `y`.
void run_chunk(const Conv2dF32OnnxArgs& args, const float* x, int oh, int ow, int pixels, float* y, float* scratch) {
  const Conv2dF32Args& a = args.conv;
  for (int g = 0; g < a.groups; ++g) {
    float* end = scratch;
    for (int p = 0; p < pixels; ++p) end = copy_window(a, x + g * (a.in_c / a.groups), oh, ow + p, end);
    const ChainsF32 chains = args.chains.group(g);
    chains_f32(chains, scratch, pixels,
               y + static_cast<ptrdiff_t>(ow) * a.out_c + static_cast<ptrdiff_t>(g) * chains.channels, a.out_c, end);
  }
}

// [co, kh, kw, ci] as [co, ci, kh, kw].
Tensor channels_first(const Tensor& weights) {
  const Shape& s = weights.shape();
  Tensor moved(DType::F32, {s[0], s[3], s[1], s[2]});
  const float* from = weights.view<float>().data();
  const int64_t window = s[1] * s[2];
  auto to = moved.edit<float>();
  for (int64_t co = 0; co < s[0]; ++co)
    for (int64_t k = 0; k < window; ++k)
      for (int64_t ci = 0; ci < s[3]; ++ci) to[static_cast<size_t>((co * s[3] + ci) * window + k)] = *from++;
  return moved;
}

}  // namespace

void conv2d_f32_onnx(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const Conv2dF32OnnxArgs*>(args);
  const Conv2dF32Args& a = p.conv;
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  auto* scratch = static_cast<float*>(io->scratch);
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.in_c)
    for (int oh = 0; oh < a.out_h; ++oh, y += static_cast<ptrdiff_t>(a.out_w) * a.out_c)
      for (int ow = 0; ow < a.out_w; ow += kChunk) run_chunk(p, x, oh, ow, std::min(kChunk, a.out_w - ow), y, scratch);
}

Kernel onnx_conv2d_f32(const Conv2dF32Args& conv, const Tensor& weights, const Tensor& bias, Isa isa) {
  auto holder = std::make_shared<Holder<Conv2dF32OnnxArgs>>();
  const int64_t depth = weights.count() / conv.out_c;
  const ChainRule rule{.stretch = convolution_stretch(int64_t{1} * conv.out_h * conv.out_w, depth),
                       .limits = conv.limits};
  holder->args = {conv, pack_chains(channels_first(weights), bias, conv.groups, rule, isa)};
  return Kernel{.run = conv2d_f32_onnx,
                .args = as_args(holder),
                .name = "conv2d_f32_onnx",
                .scratch_bytes = kChunk * (depth + conv.out_c / conv.groups) * int64_t{sizeof(float)},
                .c = {}};
}

}  // namespace pare
