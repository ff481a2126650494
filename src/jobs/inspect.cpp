#include "jobs/statistics.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

LayerInfo layer_of(const Model& model, const Node& node) {
  LayerInfo layer{.name = node.name, .op = std::string(node.op->kind()), .encoding = form_of(model, node), .in = {}, .out = {}};
  Operands in, out;
  for (const TensorId id : node.in) {
    in.push_back(id == kNoTensor ? nullptr : &model.tensor(id));
    if (!in.back()) continue;
    const TensorInfo& t = *in.back();
    layer.in.push_back(t.shape);
    if (!t.constant()) continue;
    if (t.encoding.type != DType::I64) layer.parameters += t.data.count();
    layer.weight_bytes += t.data.byte_count() + static_cast<int64_t>(t.encoding.scale.size() * sizeof(float));
  }
  for (const TensorId id : node.out) {
    out.push_back(&model.tensor(id));
    layer.out.push_back(model.tensor(id).shape);
  }
  layer.macs = node.op->cost(in, out).macs;
  return layer;
}

Result<void> add_activations(const Model& model, Arithmetic arithmetic, const InspectRequest& request, const Common& common,
                             Inspection& inspection) {
  PARE_TRY(const Dataset data, read_dataset(request.data.file));
  const std::string split = request.data.split.empty() ? "calibration" : request.data.split;
  CalibrationControl control;
  control.arithmetic = arithmetic;
  PARE_TRY(const Ranges ranges, ranges_over(model, data, split, request.data.limit, common, nullptr, control));
  for (TensorStatistics& t : activation_statistics(model, ranges, request.sigmas)) inspection.tensors.push_back(std::move(t));
  return {};
}

}  // namespace

Result<Inspection> inspect(const InspectRequest& request, const Common& common) {
  Inspection inspection;
  PARE_TRY(const Loaded source, load(request.model, common));
  PARE_TRY(const Arithmetic arithmetic, choose_arithmetic(source.model, request.model, common));
  // Without the transposes that the reader put in: they would be layers, and second names of their operands.
  PARE_TRY(const Model model, adjust(source.model, true, nullptr));
  PARE_TRY(inspection.size, measure(model, arithmetic));
  inspection.file_bytes = source.file_bytes;
  inspection.largest_tensor = largest_tensor(model);
  for (const Node& node : model.nodes) inspection.layers.push_back(layer_of(model, node));
  inspection.tensors = weight_statistics(model, request.sigmas);
  if (!request.data.file.empty()) {
    PARE_TRY(add_activations(model, arithmetic, request, common, inspection));
  }
  return inspection;
}

Result<CheckReport> check(const std::string& path, const std::string& fits, const Common& common) {
  CheckReport report;
  PARE_TRY(Device device, find_device(common.device));
  PARE_TRY(set_memories(fits, device));
  PARE_TRY(const Loaded source, load(path, common));
  report.weight_bytes = weight_bytes(source.model);
  report.largest_tensor = largest_tensor(source.model);
  PARE_TRY(const Arithmetic arithmetic, choose_arithmetic(source.model, path, common));
  const auto arena_bytes = device_arena_bytes(source.model, arithmetic);
  if (arena_bytes) report.arena_bytes = *arena_bytes;
  else report.reasons.push_back({arena_bytes.error().place, arena_bytes.error().message(), "Change this operator."});
  const auto more = misfits(source.model, device, report.weight_bytes, report.arena_bytes);
  report.reasons.insert(report.reasons.end(), more.begin(), more.end());
  return report;
}

namespace {

// A QDQ model in TFLite is one of integer operators, which `onnx` has not.
Result<Model> as_integers(const Model& qdq, const ConvertRequest& request, const Common& common, Changes* changes) {
  PARE_TRY(Model model, integer_form(qdq, request.keep_interface, changes));
  PARE_TRY(model.arithmetic, choose_arithmetic(model, request.output, common));
  if (model.arithmetic == Arithmetic::Onnx)
    return Error{Code::InvalidArgument, request.output, "arithmetic 'onnx' for a .tflite file", "tflm, litert, litert_ref or st", ""};
  return model;
}

}  // namespace

Result<ConvertReport> convert(const ConvertRequest& request, const Common& common) {
  ConvertReport report;
  report.output = request.output;
  PARE_TRY(const Loaded source, load_as_stored(request.input, common));
  Model model = source.model;
  const bool to_tflite = request.output.ends_with(".tflite");
  if (to_tflite && is_qdq(model, request.input)) {
    PARE_TRY(model, as_integers(source.model, request, common, &report.changes));
    PARE_TRY(write_model(model, request.output));
    return report;
  }
  if (request.adjust || (to_tflite && !request.input.ends_with(".tflite"))) {
    PARE_TRY(model, adjust(model, !request.keep_interface, &report.changes));
  }
  if (request.fuse) {
    PARE_TRY(model, simplify(model, !request.keep_interface, &report.changes));
  }
  PARE_TRY(model.arithmetic, choose_arithmetic(model, request.input, common));
  PARE_TRY(write_model(model, request.output));
  return report;
}

}  // namespace pare
