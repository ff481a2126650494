// Formats: bytes to Model and back. One folder of src/formats a format.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pare/model.hpp"

namespace pare {

/// What a reader may be told.
struct ReadOptions {
  /// Shapes of inputs by name, for free dimensions; a free dimension without one is 1.
  std::vector<std::pair<std::string, Shape>> shapes;
  std::string folder;  ///< of the file, for weights in side files
};

/// A file format: what a folder of src/formats registers as `<folder>_format`.
struct Format {
  std::string_view name;
  std::string_view ending;  ///< ".onnx"
  /// Errors: InvalidModel at a byte offset, node or tensor; Unsupported with the operator and its node.
  Result<Model> (*read)(std::span<const std::byte> bytes, const ReadOptions& options);
  /// Null if it cannot be written. Errors: Unsupported, with node and reason.
  Result<std::vector<std::byte>> (*write)(const Model& model);
};

/// Reads and verifies the model at `path`; the ending says the format, the Model's name is the file's.
/// Errors: Io; the format's own, with the path as place.
Result<Model> read_model(const std::string& path, const ReadOptions& options = {});
/// The bytes of `model` in the format that the ending of `path` names. Errors: Unsupported.
Result<std::vector<std::byte>> model_bytes(const Model& model, const std::string& path);
/// Is there a format for the ending of `path`, and can it be written? Errors: Unsupported.
Result<void> check_writable(const std::string& path);
/// Writes them: the whole file or nothing.
Result<void> write_model(const Model& model, const std::string& path);

}  // namespace pare
