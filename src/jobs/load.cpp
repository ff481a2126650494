#include <algorithm>
#include <set>

#include "base/files.hpp"
#include "jobs/links.hpp"
#include "jobs/steps.hpp"
#include "pare/compress.hpp"

namespace pare {

std::span<const OpFamily* const> op_families();

Result<Loaded> load_as_stored(const std::string& path, const Common& common) {
  PARE_TRY(const std::vector<std::byte> bytes, read_file(path));
  PARE_TRY(Model model, read_model(path, {.shapes = common.shapes, .folder = {}}));
  return Loaded{std::move(model), static_cast<int64_t>(bytes.size()), sha256(bytes)};
}

Result<Loaded> load(const std::string& path, const Common& common) {
  PARE_TRY(Loaded loaded, load_as_stored(path, common));
  if (!is_qdq(loaded.model, path)) return loaded;
  PARE_TRY(const Arithmetic arithmetic, choose_arithmetic(loaded.model, path, common));
  if (arithmetic == Arithmetic::Onnx) return loaded;
  PARE_TRY(loaded.model, integer_form(loaded.model, false, nullptr));
  return loaded;
}

Result<Loaded> load_to_run(const std::string& path, const Common& common) {
  PARE_TRY(Loaded loaded, load(path, common));
  if (loaded.model.quantized()) return loaded;
  PARE_TRY(loaded.model, simplify(loaded.model, false, nullptr));
  return loaded;
}

Result<Arithmetic> choose_arithmetic(const Model& model, const std::string& path, const Common& common) {
  if (!common.arithmetic.empty()) {
    PARE_TRY(const Arithmetic asked, asked_arithmetic(common.arithmetic, ""));
    if (!model.quantized())
      return Error{Code::InvalidArgument, path, "a model without integer tensors", "no --arithmetic", ""};
    return asked;
  }
  if (!model.quantized()) return Arithmetic::None;
  if (model.arithmetic != Arithmetic::None) return model.arithmetic;
  if (!common.device.empty()) {
    PARE_TRY(const Device device, find_device(common.device));
    return device.arithmetic;
  }
  return path.ends_with(".onnx") ? Arithmetic::Onnx : Arithmetic::Tflm;
}

Result<Isa> choose_isa(const Common& common) {
  if (common.isa.empty()) return best_isa();
  const auto isa = parse_isa(common.isa);
  if (!isa || !has(*isa))
    return Error{Code::InvalidArgument, "--isa", "'" + common.isa + "', which this machine or this build lacks",
                 "portable or " + std::string(name_of(best_isa())), ""};
  return *isa;
}

Result<Program> compile_for(const Model& model, const std::string& path, const Common& common, bool keep_all) {
  PARE_TRY(const Arithmetic arithmetic, choose_arithmetic(model, path, common));
  PARE_TRY(const Isa isa, choose_isa(common));
  return Program::compile(model, {.arithmetic = arithmetic, .isa = isa, .keep_all = keep_all});
}

int64_t weight_bytes(const Model& model) {
  std::set<TensorId> used;
  for (const Node& node : model.nodes) used.insert(node.in.begin(), node.in.end());
  int64_t bytes = 0;
  for (const TensorId id : used) {
    if (id == kNoTensor || !model.tensor(id).constant()) continue;
    const TensorInfo& t = model.tensor(id);
    bytes += t.encoding.type == DType::I4 ? (t.data.count() + 1) / 2 : t.data.byte_count();
    bytes += static_cast<int64_t>(t.encoding.scale.size() * sizeof(float));
  }
  return bytes;
}

Operands operands_of(const Model& model, const std::vector<TensorId>& ids) {
  Operands all;
  for (const TensorId id : ids) all.push_back(id == kNoTensor ? nullptr : &model.tensor(id));
  return all;
}

Result<Size> measure(const Model& model, Arithmetic arithmetic) {
  Size size;
  for (const Node& node : model.nodes)
    size.macs += node.op->cost(operands_of(model, node.in), operands_of(model, node.out)).macs;
  for (const TensorInfo& t : model.tensors)
    if (t.constant() && t.encoding.type != DType::I64) size.parameters += t.data.count();
  size.weight_bytes = weight_bytes(model);
  PARE_TRY(size.arena_bytes, device_arena_bytes(model, arithmetic));
  return size;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const OpFamily* family : op_families()) names.insert(names.end(), family->kinds.begin(), family->kinds.end());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pare
