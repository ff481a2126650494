// Float convolution of the Arithmetic `onnx`: the sums of ONNX Runtime, bit for bit.
#pragma once

#include "ops/chains_f32.hpp"
#include "ops/conv2d/conv2d_f32.hpp"
#include "pare/op.hpp"

namespace pare {

/// Eq. 20 with the sums of Eq. 29 over (ci, kh, kw); `chains` says weights, bias and limits instead of `conv`.
struct Conv2dF32OnnxArgs {
  Conv2dF32Args conv;
  PackedChains chains;
};

/// args: Conv2dF32OnnxArgs; io->in[0] = x, io->out[0] = y, io->scratch.
void conv2d_f32_onnx(const void* args, const pare_io* io);

/// The kernel for a convolution whose weights are [out_c, kernel_h, kernel_w, in_c / groups] and whose bias is [out_c]
/// or empty; the pointers in `conv` are not read.
Kernel onnx_conv2d_f32(const Conv2dF32Args& conv, const Tensor& weights, const Tensor& bias, Isa isa);

}  // namespace pare
