// Folding: nodes whose operands are all constants, computed while reading.
#pragma once

#include <span>

#include "formats/onnx/lowering.hpp"

namespace pare::onnx {

std::span<const Row> fold_make_rows();  ///< constants from attributes and shapes
std::span<const Row> fold_move_rows();  ///< what moves elements
std::span<const Row> fold_math_rows();  ///< arithmetic and comparison
/// The row that folds the operator, or null.
const Row* find_fold(std::string_view type);

/// A zero-filled tensor. Errors: Unsupported if it is beyond the limit of what reading may compute (256 MiB).
Result<Tensor> room_for(DType type, const Shape& shape);
/// y[i] = x[base + sum over k of i_k * stride_k], y of shape `shape`. The offsets must lie in x.
Result<Tensor> gather_strided(const Tensor& x, const Shape& shape, const std::vector<int64_t>& stride,
                              int64_t base = 0);
/// x with its axes in the order `perm`, a permutation.
Result<Tensor> transposed(const Tensor& x, const std::vector<int64_t>& perm);
/// The elements of a cut.
Result<Tensor> cut(const Tensor& x, const Cut& cut);
/// x repeated along extents of 1 to `shape`, to which it broadcasts.
Result<Tensor> broadcast_to(const Tensor& x, const Shape& shape);
/// The shape that two shapes broadcast to.
Result<Shape> common_shape(const Shape& a, const Shape& b);

/// Elements as integers or reals, whatever they are stored as; reals beyond int64 are clamped, NaN is 0.
std::vector<int64_t> integers_of(const Tensor& t);
std::vector<double> reals_of(const Tensor& t);
/// The converse: integers wrap, reals become 0 or 1 as bool.
Result<Tensor> tensor_of(DType type, const Shape& shape, const std::vector<int64_t>& values);
Result<Tensor> tensor_of(DType type, const Shape& shape, const std::vector<double>& values);
/// Elements converted to `type`.
Result<Tensor> cast(const Tensor& t, DType type);
inline bool is_real(DType type) { return type == DType::F32; }

}  // namespace pare::onnx
