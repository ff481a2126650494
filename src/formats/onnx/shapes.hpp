// Shape rules that folding and lowering share: each turns a node's parameters and an operand's shape into plain
// numbers.
#pragma once

#include <optional>
#include <vector>

#include "pare/tensor.hpp"

namespace pare::onnx {

/// Most axes of a tensor, and most elements of one that nodes compute.
inline constexpr int64_t kMostRank = 8;
inline constexpr int64_t kMostElements = int64_t{1} << 31;

/// Product of the extents. Errors: InvalidModel if an extent is negative, there are more than kMostRank, or the product
/// (zeros left out) is beyond 2^40.
Result<int64_t> checked_count(const Shape& shape);

/// `axis` counted from the front. Errors: InvalidModel if it is not in [-rank, rank).
Result<int64_t> front_axis(int64_t axis, int64_t rank);
/// All of them, ascending. Errors: as front_axis; InvalidModel if one is named twice.
Result<std::vector<int64_t>> front_axes(std::vector<int64_t> axes, int64_t rank);

/// Reshape's rule: 0 keeps an extent (unless `allow_zero`), one -1 takes what is left.
Result<Shape> reshaped(const Shape& from, const std::vector<int64_t>& wanted, bool allow_zero);
/// Without the extents at `axes`, or without all extents of 1 if none are given.
Result<Shape> squeezed(const Shape& from, const std::optional<std::vector<int64_t>>& axes);
/// With extents of 1 where `axes` of the result are.
Result<Shape> unsqueezed(const Shape& from, const std::vector<int64_t>& axes);
/// [product of the extents before `axis`, product of the others]; axis in [-rank, rank].
Result<Shape> flattened(const Shape& from, int64_t axis);
/// `perm`, or the reversed order if it is empty. Errors: InvalidModel if it is no permutation of the axes.
Result<std::vector<int64_t>> permutation(std::vector<int64_t> perm, int64_t rank);
/// The extents in the order `perm`.
Shape permuted(const Shape& shape, const std::vector<int64_t>& perm);

/// Which elements of each axis a slice takes: begin, begin + step, ..., `size` of them.
struct Cut {
  std::vector<int64_t> begin, size, step;

  /// Everything of a tensor of this shape.
  static Cut all(const Shape& shape);
  /// Only [begin, begin + size) of `axis`.
  static Cut part(const Shape& shape, int64_t axis, int64_t begin, int64_t size);
  bool is_all(const Shape& shape) const;
};

/// Slice's parameters as the operator has them: ends beyond the tensor, negative steps, any axes.
struct SliceBounds {
  std::vector<int64_t> starts, ends, axes, steps;  ///< empty axes: 0, 1, ...; empty steps: 1
};
Result<Cut> cut_of(const Shape& shape, const SliceBounds& bounds);

/// Extents of `parts` pieces of `extent`: equal, the last smaller (Split without sizes).
Result<std::vector<int64_t>> equal_parts(int64_t extent, int64_t parts);

}  // namespace pare::onnx
