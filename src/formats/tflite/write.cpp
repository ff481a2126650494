// Writing: nodes in order, each by its row of the table of operators; constants are shared by content.
#include <fmt/format.h>

#include <limits>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/tflite.hpp"

namespace pare::tflite {
namespace {

Result<void> expect_storable(const TensorInfo& tensor) {
  const std::string place = fmt::format("tensor '{}'", tensor.name);
  if (!tensor_type_of(tensor.encoding.type))
    return Error{Code::Unsupported, place, "encoded as " + to_string(tensor.encoding),
                 "f32, f16, i8, u8, i16, i32, i64 or bool elements", ""};
  for (const int64_t extent : tensor.shape)
    if (extent > std::numeric_limits<int32_t>::max())
      return Error{Code::Unsupported, place, "shape " + to_string(tensor.shape), "32-bit extents", ""};
  return {};
}

Error no_operator(const Node& node) {
  const bool foldable = node.op->kind() == "batch_norm";
  return {Code::Unsupported, "", fmt::format("TFLite has no operator for {}", node.op->kind()), "",
          foldable ? "Fold it into the layer before it: pare convert --fuse" : ""};
}

Result<void> write_node(FileBuilder& file, const Node& node) {
  const OpRow* row = row_to_write(node.op->kind());
  if (!row) return no_operator(node);
  OpWriter writer(file, node);
  return row->write(writer);
}

}  // namespace

Result<std::vector<std::byte>> write(const Model& model) {
  for (const TensorInfo& tensor : model.tensors) {
    PARE_TRY(expect_storable(tensor));
  }
  FileBuilder file(model);
  for (const Node& node : model.nodes) {
    const Result<void> written = write_node(file, node);
    if (!written) return written.error().at(fmt::format("node '{}'", node.name));
  }
  return file.finish();
}

}  // namespace pare::tflite
