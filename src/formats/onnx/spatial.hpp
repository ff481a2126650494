// Spatial operators: the source has channels first, the Ops have them last. A transpose stands before and after each; a
// later pass moves them together, where they cancel. One spatial axis is treated as two, the first of extent 1.
#pragma once

#include <array>

#include "formats/onnx/lowering.hpp"

namespace pare::onnx {

/// Operand `index` [n, c, h, w] or [n, c, w] as [n, h, w, c].
/// Errors: Unsupported for other ranks.
Result<TensorId> to_channels_last(Call& call, size_t index);
/// [n, h, w, c] as output 0 in the layout of operand 0.
Result<void> from_channels_last(Call& call, TensorId id);

/// A window over two axes: height, width.
struct Window {
  using Pair = std::array<int64_t, 2>;
  Pair kernel{1, 1}, stride{1, 1}, dilation{1, 1}, before{0, 0}, after{0, 0};
};
/// The window that the node's attributes describe on `x` (operand 0's shape), with the kernel's extents given: pads
/// resolved from `auto_pad`, and enlarged at the end as `ceil_mode` needs.
Result<Window> window_of(const Call& call, const std::vector<int64_t>& kernel);

/// Sets an Op's fields of these names.
template <class Op>
void set_window(Op& op, const Window& w) {
  op.stride_h = w.stride[0], op.stride_w = w.stride[1];
  op.pad_top = w.before[0], op.pad_left = w.before[1];
  op.pad_bottom = w.after[0], op.pad_right = w.after[1];
}

}  // namespace pare::onnx
