#include <algorithm>
#include <cstring>
#include <map>

#include "jobs/npz.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

struct Wanted {
  std::string name;
  TensorId id;
  Tensor rows;  // [N, ...]
};

// Names that occur again get "#2", "#3".
std::string unique(const std::string& name, std::map<std::string, int>& seen) {
  const int count = ++seen[name];
  return count == 1 ? name : name + "#" + std::to_string(count);
}

std::vector<Wanted> all_tensors(const Model& model) {
  std::vector<TensorId> ids = model.inputs;
  for (const Node& node : model.nodes) ids.insert(ids.end(), node.out.begin(), node.out.end());
  std::map<std::string, int> seen;
  std::vector<Wanted> all;
  for (const TensorId id : ids)
    if (id != kNoTensor && !model.tensor(id).constant()) all.push_back({unique(model.tensor(id).name, seen), id, {}});
  return all;
}

Result<std::vector<Wanted>> wanted(const Model& model, const std::vector<std::string>& names) {
  const std::vector<Wanted> all = all_tensors(model);
  std::vector<Wanted> chosen;
  for (const std::string& name : names) {
    const size_t before = chosen.size();
    for (const Wanted& w : all)
      if (name == "all" || w.name == name || (name == "outputs" && model.is_output(w.id))) chosen.push_back(w);
    if (chosen.size() == before) return Error{Code::InvalidArgument, "--tensors", "'" + name + "'", "outputs, all or tensors of the model", ""};
  }
  return chosen;
}

// The batch axis becomes the samples' axis: [1, a, b] and N samples give [N, a, b].
void reserve_rows(std::vector<Wanted>& tensors, const Program& program, int64_t samples, bool real) {
  for (Wanted& w : tensors) {
    const TensorInfo& info = program.model().tensor(w.id);
    Shape shape = info.shape;
    if (shape.empty()) shape.push_back(1);
    shape[0] *= samples;
    w.rows = Tensor(real ? DType::F32 : info.encoding.type, shape);
    w.rows.data_for_edit();
  }
}

void keep_row(std::vector<Wanted>& tensors, const std::vector<std::byte*>& places, const Context& context, int64_t row, bool real) {
  for (size_t k = 0; k < tensors.size(); ++k) {
    const Tensor stored = context.tensor(tensors[k].id);
    const Tensor value = real ? dequantize(stored, context.program().model().tensor(tensors[k].id).encoding) : stored;
    std::memcpy(places[k] + row * value.byte_count(), value.data(), static_cast<size_t>(value.byte_count()));
  }
}

std::vector<std::byte*> places_of(std::vector<Wanted>& tensors) {
  std::vector<std::byte*> places;
  for (Wanted& w : tensors) places.push_back(w.rows.data_for_edit());
  return places;
}

Result<void> run_data(const RunRequest& request, const Program& program, const Common& common, std::vector<Wanted>& tensors, RunReport& report) {
  PARE_TRY(const Dataset data, read_dataset(request.data.file));
  const std::string split = evaluation_split(request.data);
  PARE_TRY(const Samples samples, samples_of(data, split, request.data.limit, "run", common));
  PARE_TRY(Runner runner, Runner::make(program, samples));
  report.note = runner.note();
  PARE_TRY(const auto source, data.open(split, request.data.limit));
  PARE_TRY(const Sample sample, source->read(0));
  PARE_TRY(const auto windows, runner.adapter().adapt(sample));
  const auto each = static_cast<int64_t>(windows.size());
  report.samples = runner.count();
  reserve_rows(tensors, program, report.samples * each, request.real);
  const std::vector<std::byte*> places = places_of(tensors);
  PARE_TRY(for_each_sample(runner, samples, [&](int worker, int64_t i, const Sample& one) -> Result<void> {
    return runner.run(worker, one, [&](size_t window, Context& context) -> Result<void> {
      keep_row(tensors, places, context, i * each + static_cast<int64_t>(window), request.real);
      return {};
    });
  }));
  return {};
}

// Samples of one input: codes of the model's own type as they are, float reals quantized.
Result<Tensor> as_input(const Tensor& array, const TensorInfo& info, const std::string& name, Arithmetic arithmetic) {
  if (array.type() == info.encoding.type) return array;
  const bool reals = array.type() == DType::F32 || array.type() == DType::F64;
  if (!reals || (!info.encoding.affine() && info.encoding.type != DType::F32))
    return Error{Code::InvalidArgument, name, "type " + std::string(name_of(array.type())), std::string(name_of(info.encoding.type)) + " or f32", ""};
  const Tensor floats = dequantize(array, Encoding::plain(array.type()));
  if (!info.encoding.affine()) return floats;
  auto codes = quantize(floats, info.encoding, input_rounding(arithmetic));
  if (!codes) return codes.error().at(name);
  return codes;
}

Result<std::vector<Tensor>> read_inputs(const std::string& path, const Program& program, int64_t& samples) {
  const Model& model = program.model();
  PARE_TRY(const auto arrays, read_arrays(path));
  std::vector<Tensor> inputs;
  for (const TensorId id : model.inputs) {
    const TensorInfo& info = model.tensor(id);
    const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return a.first.empty() || a.first == info.name; });
    if (found == arrays.end() || (found->first.empty() && model.inputs.size() > 1))
      return Error{Code::InvalidArgument, path, "no array for input '" + info.name + "'", "one array per input, by its name", ""};
    const Tensor& array = found->second;
    const Shape one(info.shape.begin() + (info.shape.empty() ? 0 : 1), info.shape.end());
    const int64_t rows = array.count() / std::max<int64_t>(count_of(info.shape), 1);
    const bool whole = array.shape() == one || (!array.shape().empty() && Shape(array.shape().begin() + 1, array.shape().end()) == one);
    if (!whole || rows < 1 || rows * count_of(info.shape) != array.count() || (samples > 0 && rows != samples))
      return Error{Code::InvalidArgument, path, "input '" + info.name + "' of shape " + to_string(array.shape()), "samples of " + to_string(one), ""};
    samples = rows;
    PARE_TRY(Tensor input, as_input(array, info, path, program.arithmetic()));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Result<void> run_arrays(const RunRequest& request, const Program& program, const Common& common, std::vector<Wanted>& tensors, RunReport& report) {
  PARE_TRY(const std::vector<Tensor> inputs, read_inputs(request.input, program, report.samples));
  reserve_rows(tensors, program, report.samples, request.real);
  const std::vector<std::byte*> places = places_of(tensors);
  std::vector<Context> contexts;
  for (int i = 0; i < common.threads; ++i) contexts.emplace_back(program);
  return for_each_index(report.samples, common.threads, [&](int worker, int64_t i) -> Result<void> {
    Context& context = contexts[static_cast<size_t>(worker)];
    for (size_t k = 0; k < inputs.size(); ++k) {
      const std::span<std::byte> place = context.input(k);
      std::memcpy(place.data(), inputs[k].data() + static_cast<size_t>(i) * place.size(), place.size());
    }
    context.run();
    keep_row(tensors, places, context, i, request.real);
    return {};
  });
}

}  // namespace

Result<RunReport> run_model(const RunRequest& request, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  RunReport report;
  if (request.data.file.empty() == request.input.empty())
    return Error{Code::InvalidArgument, "run", "neither --data nor --input, or both", "one of them", ""};
  PARE_TRY(const Loaded source, load(request.model, common));
  PARE_TRY(std::vector<Wanted> tensors, wanted(source.model, request.tensors));
  PARE_TRY(const Program program, compile_for(source.model, request.model, common, true));
  if (request.input.empty()) {
    PARE_TRY(run_data(request, program, common, tensors, report));
  } else {
    PARE_TRY(run_arrays(request, program, common, tensors, report));
  }
  std::vector<std::pair<std::string, Tensor>> arrays;
  for (const Wanted& w : tensors) {
    report.tensors.push_back(w.name);
    arrays.emplace_back(w.name, w.rows);
  }
  PARE_TRY(write_npz(request.output, arrays));
  report.output = request.output;
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace pare
