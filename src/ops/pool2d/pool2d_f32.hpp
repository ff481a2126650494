// Float pooling: the reference, the equation as loops.
#pragma once

#include <algorithm>
#include <array>

#include "io.h"

namespace pare {

/// Arguments of Eq. 24 in float32, NHWC with `in_c` channels.
struct Pool2dF32Args {
  int n, in_h, in_w, in_c, out_h, out_w;
  int kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left;
  bool count_include_pad;
  std::array<float, 2> limits;  ///< of the fused activation
};

/// args: Pool2dF32Args; io->in[0] = x, io->out[0] = y.
void max_pool2d_f32(const void* args, const pare_io* io);
/// The same arguments; sums in double.
void average_pool2d_f32(const void* args, const pare_io* io);

/// The same on vector units, sums in float32.
void max_pool2d_f32_avx2(const void* args, const pare_io* io);
void average_pool2d_f32_avx2(const void* args, const pare_io* io);
void max_pool2d_f32_avx512(const void* args, const pare_io* io);
void average_pool2d_f32_avx512(const void* args, const pare_io* io);
void max_pool2d_f32_neon(const void* args, const pare_io* io);
void average_pool2d_f32_neon(const void* args, const pare_io* io);

/// The part of a window that lies inside the image: rows [top, bottom), columns [left, right).
struct PoolWindow {
  int top, bottom, left, right;
  int places() const { return std::max(0, bottom - top) * std::max(0, right - left); }
};
inline PoolWindow pool_window(const Pool2dF32Args& a, int oh, int ow) {
  const int top = oh * a.stride_h - a.pad_top, left = ow * a.stride_w - a.pad_left;
  return {std::max(top, 0), std::min(top + a.kernel_h, a.in_h), std::max(left, 0), std::min(left + a.kernel_w, a.in_w)};
}
/// What a sum over the window is divided by; 0 for an empty one.
inline int pool_divisor(const Pool2dF32Args& a, const PoolWindow& w) {
  return a.count_include_pad ? a.kernel_h * a.kernel_w : w.places();
}

}  // namespace pare
