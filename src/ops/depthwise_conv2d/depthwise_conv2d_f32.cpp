#include "ops/depthwise_conv2d/depthwise_conv2d_f32.hpp"

#include <algorithm>
#include <cstddef>

namespace pare {
namespace {

// The sum of Eq. 21 for one output element; `x` is one sample at the input channel, `w` at the output channel.
double accumulate(const DepthwiseConv2dF32Args& a, const float* x, const float* w, int top, int left) {
  double sum = 0;
  for (int kh = 0; kh < a.kernel_h; ++kh) {
    const int ih = top + kh * a.dilation_h;
    if (ih < 0 || ih >= a.in_h) continue;
    for (int kw = 0; kw < a.kernel_w; ++kw) {
      const int iw = left + kw * a.dilation_w;
      if (iw < 0 || iw >= a.in_w) continue;
      sum += static_cast<double>(x[(static_cast<ptrdiff_t>(ih) * a.in_w + iw) * a.in_c]) *
             w[static_cast<ptrdiff_t>(kh * a.kernel_w + kw) * a.out_c];
    }
  }
  return sum;
}

}  // namespace

void depthwise_conv2d_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const DepthwiseConv2dF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  const int multiplier = a.out_c / a.in_c;
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.in_c)
    for (int oh = 0; oh < a.out_h; ++oh)
      for (int ow = 0; ow < a.out_w; ++ow)
        for (int co = 0; co < a.out_c; ++co) {
          const double sum = accumulate(a, x + co / multiplier, a.weights + co, oh * a.stride_h - a.pad_top,
                                        ow * a.stride_w - a.pad_left);
          *y++ = std::clamp(static_cast<float>(sum + (a.bias ? a.bias[co] : 0.0f)), a.limits[0], a.limits[1]);
        }
}

}  // namespace pare
