// Float depthwise convolution: the reference, the equation as loops.
#pragma once

#include <array>

#include "io.h"

namespace pare {

/// Arguments of Eq. 21 in float32, NHWC; weights [kernel_h, kernel_w, out_c]; bias null for none.
struct DepthwiseConv2dF32Args {
  int n, in_h, in_w, in_c, out_h, out_w, out_c;
  int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
  const float* weights;
  const float* bias;
  std::array<float, 2> limits;  ///< of the fused activation
};

/// args: DepthwiseConv2dF32Args; io->in[0] = x, io->out[0] = y. Sums in double.
void depthwise_conv2d_f32(const void* args, const pare_io* io);

}  // namespace pare
