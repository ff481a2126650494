// Float pooling: the reference, the equation as loops.
#pragma once

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

}  // namespace pare
