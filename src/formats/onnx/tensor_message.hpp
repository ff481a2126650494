// Tensors in ONNX messages: raw bytes, typed fields or a side file; whatever is claimed about sizes is checked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pare/tensor.hpp"

namespace onnx {
class TensorProto;
}

namespace pare::onnx {

/// Files beside the model that hold weights. Each is read once.
class SideFiles {
 public:
  explicit SideFiles(std::string folder) : folder_(std::move(folder)) {}
  /// The whole file. Errors: InvalidModel if `location` leads out of the folder; Io if it cannot be read.
  Result<std::span<const std::byte>> read(const std::string& location);

 private:
  std::string folder_;
  std::map<std::string, std::vector<std::byte>> files_;
};

/// The element type in which a tensor of ONNX type `code` is held (reals as f32, 4 bits as i4 or u8).
/// Errors: Unsupported for texts, complex numbers and 8-bit reals.
Result<DType> held_type(int32_t code);
/// The ONNX type that stores a tensor held as `type`.
int32_t code_of(DType type);
/// Reals become f32. Errors: InvalidModel if sizes disagree; Unsupported types; side files' own.
Result<Tensor> tensor_of(const ::onnx::TensorProto& message, SideFiles& files);
void write_tensor(const Tensor& tensor, const std::string& name, ::onnx::TensorProto& message);

}  // namespace pare::onnx
