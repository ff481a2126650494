// The TFLite format (.tflite), as TensorFlow Lite and LiteRT define it.
#pragma once

#include "pare/formats.hpp"

namespace pare::tflite {

/// The first subgraph as a Model. SAME padding becomes numbers; float16 constants behind a DEQUANTIZE become float32.
/// Metadata whose names start with "pare." are kept; `pare.arithmetic` is the Arithmetic.
/// Errors: InvalidModel, at a byte, tensor or node; Unsupported, all operators at once; InvalidArgument for shapes.
Result<Model> read(std::span<const std::byte> bytes, const ReadOptions& options);

/// The Model as a file: the same bytes for the same Model. Padding that neither SAME nor VALID means becomes a PAD.
/// Errors: Unsupported, at the node or tensor that the format cannot hold.
Result<std::vector<std::byte>> write(const Model& model);

}  // namespace pare::tflite
