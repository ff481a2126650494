// Float depthwise convolution on vector units, for a multiplier of 1.
#pragma once

#include "ops/depthwise_conv2d/depthwise_conv2d_f32.hpp"

namespace pare {

/// args: DepthwiseConv2dF32Args with in_c = out_c; io->in[0] = x, io->out[0] = y. Sums in float32.
void depthwise_conv2d_f32_avx2(const void* args, const pare_io* io);
void depthwise_conv2d_f32_avx512(const void* args, const pare_io* io);
void depthwise_conv2d_f32_neon(const void* args, const pare_io* io);

}  // namespace pare
