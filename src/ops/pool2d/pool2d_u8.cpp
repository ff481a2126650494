#include "ops/pool2d/pool2d_u8.hpp"

#include <algorithm>
#include <cstddef>

#include "ops/pool2d/pool2d_s8.h"

namespace pare {
namespace {

// `x` is one sample at the channel.
uint8_t maximum(const pare_pool2d_s8_args& a, const uint8_t* x, int top, int left) {
  uint8_t most = 0;
  for (int ih = std::max(top, 0); ih < std::min(top + a.kernel_h, a.in_h); ++ih)
    for (int iw = std::max(left, 0); iw < std::min(left + a.kernel_w, a.in_w); ++iw)
      most = std::max(most, x[(static_cast<ptrdiff_t>(ih) * a.in_w + iw) * a.c]);
  return most;
}

}  // namespace

void max_pool2d_u8(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const pare_pool2d_s8_args*>(args);
  const auto* x = static_cast<const uint8_t*>(io->in[0]);
  auto* y = static_cast<uint8_t*>(io->out[0]);
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.c)
    for (int oh = 0; oh < a.out_h; ++oh)
      for (int ow = 0; ow < a.out_w; ++ow)
        for (int c = 0; c < a.c; ++c) *y++ = maximum(a, x + c, oh * a.stride_h - a.pad_top, ow * a.stride_w - a.pad_left);
}

}  // namespace pare
