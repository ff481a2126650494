// The ONNX format: bytes to Source to Model.
#include "formats/onnx/lowering.hpp"

namespace pare {
namespace {

// The Arithmetic that the file says its integers are computed with.
Result<void> read_arithmetic(Model& model) {
  const auto found = model.metadata.find("pare.arithmetic");
  if (found == model.metadata.end()) return {};
  const auto arithmetic = parse_arithmetic(found->second);
  if (!arithmetic)
    return Error{Code::InvalidModel, "metadata 'pare.arithmetic'", "'" + found->second + "'", arithmetic_names(), ""};
  model.arithmetic = *arithmetic;
  return {};
}

Result<Model> read_onnx(std::span<const std::byte> bytes, const ReadOptions& options) {
  PARE_TRY(const onnx::Source source, onnx::parse(bytes, options.folder));
  PARE_TRY(Model model, onnx::Lowering(source, options).run());
  PARE_TRY(read_arithmetic(model));
  return model;
}

}  // namespace

extern const Format onnx_format;
const Format onnx_format{"onnx", ".onnx", read_onnx, nullptr};

}  // namespace pare
