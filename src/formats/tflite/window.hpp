// Padding of windowed operators. The Model has the four numbers; TFLite has the two words SAME and VALID.
#pragma once

#include "formats/tflite/op_reader.hpp"
#include "formats/tflite/op_writer.hpp"

namespace pare::tflite {

/// One axis of a windowed operator.
struct Axis {
  int64_t in = 1, kernel = 1, stride = 1, dilation = 1;
};

/// What is added before and behind an axis.
struct Padding {
  int64_t before = 0, after = 0;
  bool operator==(const Padding&) const = default;
};

/// SAME: ceil(in / stride) outputs; the smaller half of what that needs stands before.
Padding same_padding(const Axis& axis);

/// The padding that the word means. Errors: InvalidModel if a number of the axis is below 1; the word is neither.
Result<Padding> read_padding(fb::Padding word, const Axis& axis);

/// What a place outside of the image holds.
enum class Outside : std::uint8_t { Zero, Least, Nothing };

/// A node's window on its way to a file.
struct WindowUse {
  Axis h, w;
  Padding pad_h, pad_w;
  Outside outside = Outside::Zero;
  bool same = true;  ///< SAME means what the node means
};

/// How the file says it: the word, and the image, which a PAD before the operator enlarges if neither word fits.
struct WrittenPadding {
  fb::Padding word = fb::Padding::VALID;
  FileId image = -1;
};

/// Errors: Unsupported for Outside::Nothing if neither word fits.
Result<WrittenPadding> write_padding(OpWriter& writer, const WindowUse& use);

/// The strides and padding of a node's Op; the kernel's extents and dilations are the caller's.
template <class Window>
WindowUse window_use(const Window& op, const Shape& image, Axis h, Axis w) {
  h.in = image[1], h.stride = op.stride_h;
  w.in = image[2], w.stride = op.stride_w;
  return {h, w, {op.pad_top, op.pad_bottom}, {op.pad_left, op.pad_right}, Outside::Zero, true};
}

/// Sets strides, activation and padding of `op` from the operator's options.
template <class Window, class Options>
Result<void> read_window(const OpReader& reader, const Options& options, Axis h, Axis w, Window& op) {
  op.stride_h = h.stride = options.stride_h();
  op.stride_w = w.stride = options.stride_w();
  PARE_TRY(op.activation, reader.activation(options.fused_activation_function()));
  PARE_TRY(const Padding rows, read_padding(options.padding(), h));
  PARE_TRY(const Padding columns, read_padding(options.padding(), w));
  op.pad_top = rows.before, op.pad_bottom = rows.after;
  op.pad_left = columns.before, op.pad_right = columns.after;
  return {};
}

/// Strides, padding and activation of the file's options.
template <class Options, class Window>
Options window_options(const Window& op, fb::Padding word) {
  Options options;
  options.padding = word;
  options.stride_h = static_cast<int32_t>(op.stride_h);
  options.stride_w = static_cast<int32_t>(op.stride_w);
  options.fused_activation_function = fused(op.activation);
  return options;
}

}  // namespace pare::tflite
