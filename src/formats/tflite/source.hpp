// A TFLite file whose tables are known to lie inside its bytes. What they say is still to be checked by their readers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "formats/tflite/schema.hpp"

namespace pare::tflite {

/// What reading may still allocate. Tables of a hostile file can share their bytes, so that few bytes describe many.
class Allowance {
 public:
  explicit Allowance(size_t file_bytes) : left_(16 * static_cast<int64_t>(file_bytes) + 65536) {}
  /// Errors: InvalidModel when everything is spent.
  Result<void> spend(int64_t bytes);

 private:
  int64_t left_;
};

/// The opened file. Points into the bytes that it was opened from, or into its own aligned copy.
class Source {
 public:
  /// Checks identifier, tables and version; finds the first subgraph.
  /// Errors: InvalidModel, with the byte offset; Unsupported for another version or a file above 2 GB.
  static Result<Source> open(std::span<const std::byte> bytes);

  const fb::Model& model() const { return *model_; }
  const fb::SubGraph& graph() const { return *model_->subgraphs()->Get(0); }
  Allowance& allowance() { return allowance_; }
  /// Where in the file something lies.
  int64_t offset_of(const void* data) const { return static_cast<const uint8_t*>(data) - bytes_; }
  /// The bytes of a buffer; empty for one without data. Errors: InvalidModel for an index that does not exist,
  /// Unsupported for data behind the tables.
  Result<std::span<const uint8_t>> buffer(uint32_t index) const;

 private:
  explicit Source(size_t file_bytes) : allowance_(file_bytes) {}
  std::vector<std::byte> copy_;
  const uint8_t* bytes_ = nullptr;
  const fb::Model* model_ = nullptr;
  Allowance allowance_;
};

/// The number of entries of a vector that may be absent.
template <class Vector>
size_t size_of(const Vector* vector) {
  return vector ? vector->size() : 0;
}

/// A string that may be absent.
inline std::string text_of(const flatbuffers::String* text) { return text ? text->str() : std::string(); }

/// "CONV_2D", or "CUSTOM 'name'". Errors: InvalidModel for an index that does not exist.
Result<std::string> operator_name(const Source& source, const fb::Operator& op);
/// The operator's code from whichever of the two fields holds it. Errors: as operator_name.
Result<fb::BuiltinOperator> operator_code(const Source& source, const fb::Operator& op);

}  // namespace pare::tflite
