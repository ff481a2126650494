// Float dense layer of the Arithmetic `onnx`: the sums of ONNX Runtime, bit for bit.
#pragma once

#include "ops/chains_f32.hpp"
#include "ops/dense/dense_f32.hpp"
#include "pare/op.hpp"

namespace pare {

/// The kernel of Eq. 22 with the sums of Eq. 29, the bias first; `weights` [out_c, in_c], `bias` [out_c] or empty. The
/// pointers in `dense` are not read.
Kernel onnx_dense_f32(const DenseF32Args& dense, const Tensor& weights, const Tensor& bias, Isa isa);

}  // namespace pare
