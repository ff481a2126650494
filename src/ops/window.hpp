// What the operators with a sliding window (convolution, depthwise convolution, pooling) share.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// Extent of a windowed axis: (in + pads - ((kernel - 1) dilation + 1)) / stride + 1.
/// Errors: InvalidModel if the window is larger than the padded input, if a stride, dilation or kernel is below 1, or if
/// the padding is negative.
Result<int64_t> window_extent(int64_t in, int64_t pads, int64_t kernel, int64_t stride, int64_t dilation);

/// The rows under a window, which fast kernels copy, fit in memory: `rows` of them, each of `width` places with padding.
/// Errors: Unsupported.
Result<void> expect_window_rows(int64_t rows, int64_t width, int64_t channels);

/// The same for a kernel of `kernel_h` rows on the image `x`, with `channels` elements copied a place.
template <class Window>
Result<void> expect_window_rows(const Window& op, const Shape& x, int64_t kernel_h, int64_t channels) {
  return expect_window_rows((kernel_h - 1) * op.dilation_h + 1, x[2] + op.pad_left + op.pad_right, channels);
}

/// The padding is not negative on any side. Errors: InvalidModel.
template <class Window>
Result<void> expect_padding(const Window& op) {
  for (const int64_t pad : {op.pad_top, op.pad_left, op.pad_bottom, op.pad_right})
    if (pad < 0 || pad > INT32_MAX)
      return Error{Code::InvalidModel, "", "a padding of " + std::to_string(pad), "0 to 2147483647", ""};
  return {};
}

template <class Window>
void visit_strides(FieldVisitor& v, Window& op) {
  v.field("stride_h", op.stride_h);
  v.field("stride_w", op.stride_w);
}

template <class Window>
void visit_dilations(FieldVisitor& v, Window& op) {
  v.field("dilation_h", op.dilation_h);
  v.field("dilation_w", op.dilation_w);
}

template <class Window>
void visit_pads(FieldVisitor& v, Window& op) {
  v.field("pad_top", op.pad_top);
  v.field("pad_left", op.pad_left);
  v.field("pad_bottom", op.pad_bottom);
  v.field("pad_right", op.pad_right);
}

/// The extents, kernel, strides and padding of a window kernel's arguments; x and y are [n, h, w, c].
template <class Args, class Window>
void fill_window(Args& a, const Window& op, const PrepareInput& input, std::array<int64_t, 2> kernel) {
  const Shape &x = input.in[0]->shape, &y = input.out[0]->shape;
  const auto set = [](int32_t& field, int64_t value) { field = static_cast<int32_t>(value); };
  set(a.n, x[0]), set(a.in_h, x[1]), set(a.in_w, x[2]);
  set(a.out_h, y[1]), set(a.out_w, y[2]);
  set(a.kernel_h, kernel[0]), set(a.kernel_w, kernel[1]);
  set(a.stride_h, op.stride_h), set(a.stride_w, op.stride_w);
  set(a.pad_top, op.pad_top), set(a.pad_left, op.pad_left);
}

}  // namespace pare
