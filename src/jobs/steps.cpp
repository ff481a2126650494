#include "jobs/steps.hpp"

#include "base/files.hpp"
#include "jobs/links.hpp"

namespace pare {

bool is_qdq(const Model& model, const std::string& path) { return model.quantized() && path.ends_with(".onnx"); }

Result<Model> integer_form(const Model& qdq, bool keep_interface, Changes* changes) {
  PARE_TRY(const Model simple, simplify(qdq, !keep_interface, changes));
  return fuse_qdq(simple, !keep_interface, changes);
}

Result<Samples> samples_of(const Dataset& data, const std::string& split, int64_t limit, const char* step, const Common& common) {
  Samples samples{.data = &data, .split = split, .limit = limit, .threads = common.threads, .progress = {}, .stop = common.stop};
  if (!common.progress) return samples;
  PARE_TRY(const auto source, data.open(split, limit));
  const int64_t total = source->count();
  samples.progress = [tell = common.progress, step, total](int64_t done) { tell(step, done, total); };
  return samples;
}

namespace {

// One cursor a worker over the same samples.
Result<std::vector<std::unique_ptr<SampleSource>>> cursors(const Dataset& data, const std::string& split, int64_t limit, int threads) {
  std::vector<std::unique_ptr<SampleSource>> all;
  PARE_TRY(auto first, data.open(split, limit));
  for (int i = 1; i < threads; ++i) all.push_back(first->clone());
  all.push_back(std::move(first));
  return all;
}

}  // namespace

Result<Ranges> ranges_over(const Model& model, const Dataset& data, const std::string& split, int64_t limit,
                           const Common& common, std::vector<std::string>* notes, CalibrationControl control) {
  if (model.inputs.size() != 1)
    return Error{Code::Unsupported, "model '" + model.name + "'", std::to_string(model.inputs.size()) + " inputs", "1 with a dataset", ""};
  PARE_TRY(const InputAdapter adapter, InputAdapter::match(data, model.tensor(model.inputs[0]), control.arithmetic));
  PARE_TRY(const auto sources, cursors(data, split, limit, common.threads));
  if (notes && !adapter.note().empty()) notes->push_back(adapter.note());
  const Feed feed = [&](int worker, int64_t index) -> Result<std::vector<std::vector<Tensor>>> {
    PARE_TRY(const Sample sample, sources[static_cast<size_t>(worker)]->read(index));
    PARE_TRY(std::vector<Tensor> windows, adapter.adapt(sample));
    std::vector<std::vector<Tensor>> inputs;
    for (Tensor& window : windows) inputs.push_back({std::move(window)});
    return inputs;
  };
  const int64_t count = sources.front()->count();
  const auto between = std::move(control.between);
  control.between = [&](int64_t done, const std::function<Ranges()>& so_far) -> Result<void> {
    if (common.progress) common.progress("calibrate", done, count);
    if (!between) return unless_stopped(common.stop);
    return between(done, so_far);
  };
  return calibrate(model, count, common.threads, feed, control);
}

namespace {

Result<std::string> read_text(const std::string& path) {
  PARE_TRY(const auto bytes, read_file(path));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

Result<Ranges> read_ranges(const std::string& path) {
  PARE_TRY(const std::string text, read_text(path));
  return parse_ranges(text, path);
}

Result<Plan> read_plan(const std::string& path) {
  PARE_TRY(const std::string text, read_text(path));
  return parse_plan(text, path);
}

Result<void> require_float(const Loaded& source, const std::string& path) {
  if (!source.model.quantized()) return {};
  return Error{Code::InvalidArgument, path, "an already quantized model", "a float model", "Use pare convert to change its format"};
}

Result<Arithmetic> target_arithmetic(const Common& common, const std::string& with) {
  PARE_TRY(const Arithmetic asked, asked_arithmetic(common.arithmetic, with));
  if (asked != Arithmetic::None) return asked;
  if (common.device.empty()) return Arithmetic::Tflm;
  PARE_TRY(const Device device, find_device(common.device));
  return device.arithmetic;
}

Result<Plan> decide_plan(const QuantizeRequest& request, const Model& model, const Ranges& ranges, const Common& common) {
  SchemeRequest ask{.weight_ranges = request.weight_ranges, .activation_ranges = request.activation_ranges};
  if (!common.device.empty()) {
    PARE_TRY(const Device device, find_device(common.device));
    ask.dense_per_channel = device.dense_per_channel;
  }
  Plan given;
  if (!request.plan_file.empty()) {
    PARE_TRY(given, read_plan(request.plan_file));
    ask.plan = &given;
  }
  PARE_TRY(const Scheme* scheme, find_scheme(request.scheme));
  return scheme->decide(model, ranges, ask);
}

std::string largest_tensor(const Model& model) {
  const TensorInfo* largest = nullptr;
  const auto bytes = [](const TensorInfo& t) { return count_of(t.shape) * bytes_of(t.encoding.type); };
  for (const TensorInfo& t : model.tensors)
    if (!t.constant() && (!largest || bytes(t) > bytes(*largest))) largest = &t;
  return largest ? largest->name : "";
}

}  // namespace pare
