// What every operator asks of its operands, in one place.
#pragma once

#include "ops/requantize.hpp"
#include "pare/op.hpp"

namespace pare {

/// At least `least` and at most `most` operands, the first `least` present.
Result<void> expect_operands(const Operands& in, size_t least, size_t most);
Result<void> expect_rank(const TensorInfo& t, size_t rank);
/// Kernels hold extents in arrays of fixed size. Errors: Unsupported.
Result<void> expect_rank_at_most(const TensorInfo& t, size_t rank);
/// Operand `index`, if present, has the shape [channels].
Result<void> expect_bias(const Operands& in, size_t index, int64_t channels);
/// `axis` counts an axis of `t` from the front.
Result<void> expect_axis(const TensorInfo& t, int64_t axis);
/// All operands from `first` on are constants (or absent).
Result<void> expect_constants(const PrepareInput& input, size_t first);
/// Input and output int8 per tensor, weights int8 symmetric, per tensor or along `channel_axis`, bias int32: the contract
/// of convolution and dense. Errors: Unsupported.
Result<void> expect_weighted_s8(const PrepareInput& input, int64_t channel_axis);
/// The output has the scale and zero point that the contract fixes. Errors: Unsupported.
Result<void> expect_fixed_output(const PrepareInput& input, const Contract& contract);
/// The Arithmetic has integer forms at all: not 'none' and not 'onnx'. Errors: Unsupported.
Result<void> expect_integer_arithmetic(Arithmetic arithmetic);
/// No tensor is beyond the 2^31 - 1 bytes that kernels count with. Errors: Unsupported.
Result<void> expect_int32_sizes(const PrepareInput& input);

/// Run-time operands and outputs are plain float32; constants have reals.
Result<void> expect_f32(const PrepareInput& input);
/// `t` is int8 with one scale.
Result<void> expect_s8(const TensorInfo& t);
/// x and y mean the same by a code: equal type, scales and zero points.
Result<void> expect_same_encoding(const TensorInfo& x, const TensorInfo& y);

/// Is the first operand an affine integer tensor?
bool is_integer(const PrepareInput& input);
/// The numbers as int32; callers know that they fit.
std::vector<int32_t> narrow(const std::vector<int64_t>& list);

/// A shape seen from one axis: [outer, extent, inner].
struct AxisSplit {
  int64_t outer = 1, extent = 1, inner = 1;
};
AxisSplit split_at(const Shape& shape, int64_t axis);

/// The constant's reals in float32.
Tensor real_values(const TensorInfo& constant);
/// The constant's reals, or an empty Tensor for a run-time operand.
Tensor reals_of_constant(const TensorInfo& operand);
/// Operand 2 in float32, or an empty Tensor if absent.
Tensor real_bias(const PrepareInput& input);
/// Operand 2's codes, or an empty Tensor if absent.
Tensor bias_tensor(const PrepareInput& input);
const float* reals_or_null(const Tensor& t);
const int32_t* codes_or_null(const Tensor& t);
/// The requantization of an operator with weights as operand 1.
RequantizeSpec weighted_spec(RuleFor use, const PrepareInput& input, Activation activation);

}  // namespace pare
