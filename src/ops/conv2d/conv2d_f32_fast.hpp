// Float convolution on vector units.
#pragma once

#include "ops/conv2d/conv2d_f32.hpp"
#include "ops/tile_f32.hpp"
#include "pare/op.hpp"

namespace pare {

/// Arguments of Eq. 20 as conv2d_f32's, but weights from pack_blocks and bias from pack_bias.
struct Conv2dF32FastArgs {
  Conv2dF32Args conv;
  TileLoop tiles;
  bool paired;  ///< weights went through pair_last_blocks
};

/// args: Conv2dF32FastArgs; io->in[0] = x, io->out[0] = y, io->scratch of conv2d_f32_scratch() bytes. Sums in float32.
void conv2d_f32_fast(const void* args, const pare_io* io);

/// Bytes of scratch that conv2d_f32_fast needs.
int64_t conv2d_f32_scratch(const Conv2dF32Args& conv);

/// The kernel for a convolution whose weights are [out_c, kernel_h, kernel_w, in_c / groups] and whose bias is [out_c]
/// or empty; the pointers in `conv` are not read. `isa` has a tile_loop.
Kernel fast_conv2d_f32(const Conv2dF32Args& conv, const Tensor& weights, const Tensor& bias, Isa isa);

}  // namespace pare
