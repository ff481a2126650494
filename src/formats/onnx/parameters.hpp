// Parameters of operators that folding and lowering both know, whichever operator set has them as attributes or
// operands.
#pragma once

#include "formats/onnx/lowering.hpp"

namespace pare::onnx {

/// New shape of operand 0.
Result<Shape> reshape_shape(const Call& call);
Result<Shape> flatten_shape(const Call& call);
Result<Shape> squeeze_shape(const Call& call);    ///< axes: attribute to 12, operand from 13
Result<Shape> unsqueeze_shape(const Call& call);  ///< likewise

Result<std::vector<int64_t>> transpose_perm(const Call& call);
Result<int64_t> concat_axis(const Call& call);
/// The type that Cast's `to` names, as it is held.
Result<DType> cast_type(const Call& call);

/// What Slice takes of operand 0: attributes to 9, operands from 10.
Result<Cut> slice_cut(const Call& call);

/// Split: extents of the outputs along an axis. Attribute to 12, operand from 13, else equal parts.
struct Pieces {
  int64_t axis = 0;
  std::vector<int64_t> sizes;
};
Result<Pieces> split_pieces(const Call& call);

/// Gather: which places along an axis, counted from the front, and the shape of the result.
struct Picks {
  int64_t axis = 0;
  std::vector<int64_t> indices;
  Shape shape;
};
Result<Picks> gather_picks(const Call& call);

}  // namespace pare::onnx
