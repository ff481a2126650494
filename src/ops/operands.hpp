// What every operator asks of its operands, in one place.
#pragma once

#include "ops/requantize.hpp"
#include "pare/op.hpp"

namespace pare {

/// At least `least` and at most `most` operands, the first `least` present.
Result<void> expect_operands(const Operands& in, size_t least, size_t most);
Result<void> expect_rank(const TensorInfo& t, size_t rank);
/// Operand `index`, if present, has the shape [channels].
Result<void> expect_bias(const Operands& in, size_t index, int64_t channels);
/// All operands from `first` on are constants (or absent).
Result<void> expect_constants(const PrepareInput& input, size_t first);
/// Input and output int8 per tensor, weights int8 symmetric, bias int32: the contract of convolution and dense.
Result<void> expect_weighted_s8(const PrepareInput& input);

/// Is the first operand an affine integer tensor?
bool is_integer(const PrepareInput& input);
/// The constant's reals in float32.
Tensor real_values(const TensorInfo& constant);
/// Operand 2 in float32, or an empty Tensor if absent.
Tensor real_bias(const PrepareInput& input);
/// Operand 2's codes, or an empty Tensor if absent.
Tensor bias_tensor(const PrepareInput& input);
const float* reals_or_null(const Tensor& t);
const int32_t* codes_or_null(const Tensor& t);
/// The requantization of an operator with weights as operand 1.
RequantizeSpec weighted_spec(RuleFor use, const PrepareInput& input, Activation activation);

}  // namespace pare
