// Tensors of a TFLite file, to and from the Model's.
#pragma once

#include <map>
#include <utility>

#include "formats/tflite/source.hpp"

namespace pare::tflite {

/// The most elements of one tensor: counts then fit all index types.
inline constexpr int64_t kMaxElements = int64_t{1} << 31;

/// Errors: InvalidModel if `shape` has an extent below 1 or more than kMaxElements elements.
Result<void> check_extents(const Shape& shape);

/// Reads the tensors of one file. Constants that share a buffer share their bytes in the Model too.
class TensorReader {
 public:
  explicit TensorReader(Source& source) : source_(source) {}
  /// Tensor number `index` of the subgraph; unnamed ones are called "tensor:<index>".
  /// Errors: InvalidModel, Unsupported, with the tensor as place.
  Result<TensorInfo> read(size_t index);

 private:
  Result<TensorInfo> read_parts(const fb::Tensor& table, std::string name);
  Result<Shape> read_shape(const fb::Tensor& table);
  Result<Encoding> read_encoding(const fb::QuantizationParameters* table, DType type);
  Result<Tensor> read_data(const fb::Tensor& table, DType type, const Shape& shape);

  Source& source_;
  std::map<std::pair<const uint8_t*, DType>, Tensor> seen_;
};

/// The quantization parameters of an Encoding; null for plain numbers.
std::unique_ptr<fb::QuantizationParametersT> quantization_of(const Encoding& encoding);

/// The reals of a float16 constant.
Tensor widened(const Tensor& half);

}  // namespace pare::tflite
