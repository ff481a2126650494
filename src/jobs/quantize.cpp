#include <cstdio>
#include <filesystem>

#include "base/files.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

// All that is known before anything is written.
struct Work {
  Loaded source;
  Model simple;
  Plan plan;
  Model quantized;
};

Result<Arithmetic> wanted_arithmetic(const Common& common) {
  if (!common.arithmetic.empty()) {
    const auto asked = parse_arithmetic(common.arithmetic);
    if (!asked || *asked == Arithmetic::None)
      return Error{Code::InvalidArgument, "--arithmetic", "'" + common.arithmetic + "'", "one of " + arithmetic_names(), ""};
    return *asked;
  }
  if (common.device.empty()) return Arithmetic::Tflm;
  PARE_TRY(const Device device, find_device(common.device));
  return device.arithmetic;
}

Result<void> require_float(const Loaded& source, const std::string& path) {
  if (!source.model.quantized()) return {};
  return Error{Code::InvalidArgument, path, "an already quantized model", "a float model", "Use pare convert to change its format"};
}

Result<Ranges> find_ranges(const QuantizeRequest& request, const Dataset& data, const Model& model, const Common& common,
                           std::vector<std::string>* notes) {
  if (!request.ranges_file.empty()) return read_ranges(request.ranges_file);
  return ranges_over(model, data, "calibration", -1, common, notes);
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

Result<Work> compute(const QuantizeRequest& request, const Dataset& data, const Common& common, QuantizeReport& report) {
  Work work;
  PARE_TRY(work.source, load(request.model, common));
  PARE_TRY(require_float(work.source, request.model));
  PARE_TRY(work.simple, simplify(work.source.model, !request.keep_interface, nullptr));
  PARE_TRY(const Ranges ranges, find_ranges(request, data, work.simple, common, &report.notes));
  PARE_TRY(work.plan, decide_plan(request, work.simple, ranges, common));
  work.plan.model_hash = work.source.hash;
  work.plan.seed = common.seed;
  work.plan.arithmetic = name_of(report.arithmetic);
  PARE_TRY(work.quantized, apply(work.plan, work.simple, report.arithmetic, request.strict_bias, &report.notes));
  return work;
}

Result<void> judge(const Work& work, const QuantizeRequest& request, const Dataset& data, const Common& common, QuantizeReport& report) {
  PARE_TRY(const Isa isa, choose_isa(common));
  const std::string split = request.data.split.empty() ? "evaluation" : request.data.split;
  PARE_TRY(const Program original, Program::compile(work.source.model, {.isa = isa}));
  PARE_TRY(const Program simple, Program::compile(work.simple, {.isa = isa}));
  PARE_TRY(const Program quantized, Program::compile(work.quantized, {.arithmetic = report.arithmetic, .isa = isa}));
  PARE_TRY(const Samples floats, samples_of(data, split, request.data.limit, "evaluate float", common));
  PARE_TRY(report.float_evaluation, evaluate(original, floats));
  PARE_TRY(const Samples codes, samples_of(data, split, request.data.limit, "evaluate quantized", common));
  PARE_TRY(report.quantized_evaluation, evaluate(quantized, codes));
  PARE_TRY(const Samples both, samples_of(data, split, request.data.limit, "compare", common));
  PARE_TRY(const Likeness likeness, compare_outputs(simple, quantized, both));
  const bool classes = data.metric().name == "top1" || data.metric().name == "top5";
  report.agreement = classes ? likeness.agreement.value() : likeness.similarity.mean_cosine();
  report.sqnr_db = likeness.similarity.sqnr_db();
  PARE_TRY(report.size, measure(work.quantized, quantized));
  return {};
}

/// A name beside the output with its ending, removed unless it was renamed.
class PartFile {
 public:
  explicit PartFile(const std::string& output) {
    const std::filesystem::path path(output);
    path_ = (path.parent_path() / (".part-" + std::to_string(std::hash<std::string>{}(output)) + path.extension().string())).string();
  }
  ~PartFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> kernel_names(const Program& program) {
  std::vector<std::string> names;
  for (const Step& step : program.steps()) names.push_back(step.kernel.name);
  return names;
}

// Links 2 and 3: the file read back computes what the plan does, by reference kernels and by fast ones.
Result<void> prove(const Work& work, const std::string& file, const QuantizeRequest& request, const Dataset& data,
                   const Common& common, const QuantizeReport& report) {
  PARE_TRY(const Isa isa, choose_isa(common));
  PARE_TRY(const Model read, read_model(file));
  PARE_TRY(const Program planned, Program::compile(work.quantized, {.arithmetic = report.arithmetic, .isa = Isa::Portable}));
  PARE_TRY(const Program reference, Program::compile(read, {.arithmetic = report.arithmetic, .isa = Isa::Portable}));
  PARE_TRY(const Program fast, Program::compile(read, {.arithmetic = report.arithmetic, .isa = isa}));
  const std::string split = request.data.split.empty() ? "evaluation" : request.data.split;
  for (const Program* again : {&reference, &fast}) {
    if (again == &fast && kernel_names(fast) == kernel_names(reference)) continue;  // the same kernels were just compared
    PARE_TRY(const Samples samples, samples_of(data, split, request.data.limit, "verify", common));
    PARE_TRY(const Likeness likeness, compare_outputs(planned, *again, samples));
    if (likeness.outputs_equal < 1)
      return Error{Code::Internal, request.output,
                   "the file read back differs from its plan with " + std::string(name_of(again->isa())) + " kernels",
                   "equal outputs", "Nothing was written"};
  }
  return {};
}

Result<void> write_all(const Work& work, const QuantizeRequest& request, const Dataset& data, const Common& common, QuantizeReport& report) {
  const PartFile part(request.output);
  PARE_TRY(write_model(work.quantized, part.path()));
  PARE_TRY(prove(work, part.path(), request, data, common, report));
  report.verified = "self";
  PARE_TRY(const auto bytes, read_file(part.path()));
  report.quantized_bytes = static_cast<int64_t>(bytes.size());
  PARE_TRY(write_file(request.output, bytes));
  report.output = request.output;
  report.plan = request.output + ".plan.json";
  return write_file(report.plan, to_json(work.plan));
}

Result<void> check_device(const Work& work, const Common& common, QuantizeReport& report) {
  if (common.device.empty()) return {};
  PARE_TRY(const Device device, find_device(common.device));
  report.device = device.name;
  for (const Reason& r : misfits(work.quantized, device, report.size.weight_bytes, report.size.arena_bytes))
    report.notes.push_back(r.node + (r.node.empty() ? "" : ": ") + r.reason + ". " + r.mend);
  return {};
}

}  // namespace

Result<QuantizeReport> quantize_model(const QuantizeRequest& request, const Common& common) {
  QuantizeReport report;
  report.scheme = request.scheme;
  PARE_TRY(report.arithmetic, wanted_arithmetic(common));
  PARE_TRY(find_scheme(request.scheme));
  PARE_TRY(const Dataset data, read_dataset(request.data.file));
  PARE_TRY(const Work work, compute(request, data, common, report));
  PARE_TRY(judge(work, request, data, common, report));
  PARE_TRY(check_device(work, common, report));
  report.float_bytes = work.source.file_bytes;
  PARE_TRY(write_all(work, request, data, common, report));
  return report;
}

namespace {

Result<Plan> resolved_plan(const ApplyRequest& request, const Model& model, const Common& common) {
  PARE_TRY(const Plan plan, read_plan(request.plan));
  if (request.ranges_file.empty()) return plan;
  PARE_TRY(const Ranges ranges, read_ranges(request.ranges_file));
  QuantizeRequest ask;
  ask.plan_file = request.plan;
  if (!plan.scheme.empty()) ask.scheme = plan.scheme;
  return decide_plan(ask, model, ranges, common);
}

Result<Arithmetic> plan_arithmetic(const Plan& plan, const Common& common) {
  if (!common.arithmetic.empty() || plan.arithmetic.empty()) return wanted_arithmetic(common);
  const auto noted = parse_arithmetic(plan.arithmetic);
  if (!noted) return Error{Code::InvalidArgument, "plan", "arithmetic '" + plan.arithmetic + "'", "one of " + arithmetic_names(), ""};
  return *noted;
}

}  // namespace

Result<ApplyReport> apply_plan(const ApplyRequest& request, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  ApplyReport report;
  report.output = request.output;
  PARE_TRY(const Loaded source, load(request.model, common));
  PARE_TRY(require_float(source, request.model));
  PARE_TRY(const Model simple, simplify(source.model, !request.keep_interface, nullptr));
  PARE_TRY(const Plan plan, resolved_plan(request, simple, common));
  if (!plan.model_hash.empty() && plan.model_hash != source.hash)
    report.notes.push_back("the plan was made for another file: " + plan.model_hash);
  PARE_TRY(const Arithmetic arithmetic, plan_arithmetic(plan, common));
  PARE_TRY(const Model quantized, apply(plan, simple, arithmetic, request.strict_bias, &report.notes));
  PARE_TRY(write_model(quantized, request.output));
  report.seconds = seconds_since(start);
  return report;
}

Result<CalibrateReport> calibrate_model(const std::string& model, const DataUse& data, bool keep_interface,
                                        const std::string& output, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  CalibrateReport report;
  PARE_TRY(const Loaded source, load(model, common));
  PARE_TRY(require_float(source, model));
  PARE_TRY(const Model simple, simplify(source.model, !keep_interface, nullptr));
  PARE_TRY(const Dataset set, read_dataset(data.file));
  PARE_TRY(report.ranges, ranges_over(simple, set, data.split.empty() ? "calibration" : data.split, data.limit, common, nullptr));
  if (!output.empty()) {
    PARE_TRY(write_file(output, to_json(report.ranges)));
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace pare
