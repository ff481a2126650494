// From a float model and samples to a proven integer file. Everything that is measured is measured on the file as it was
// read back from disk, under a hidden name; only then do file and plan appear, together.
#include <algorithm>

#include "base/files.hpp"
#include "jobs/links.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

// Reference kernels are slow, so links 1 to 3 look at these many samples; `verify` looks at all. Constants, scales and
// zero points are compared in full.
constexpr int64_t kProofSamples = 32;

// What was decided.
struct Work {
  Loaded source;
  Model simple;
  Plan plan;
  Model quantized;
};

Result<Ranges> find_ranges(const QuantizeRequest& request, const Dataset& data, const Model& model, const Common& common,
                           std::vector<std::string>* notes) {
  if (!request.ranges_file.empty()) return read_ranges(request.ranges_file);
  return ranges_over(model, data, "calibration", -1, common, notes);
}

Result<Work> compute(const QuantizeRequest& request, const Dataset& data, const Common& common, QuantizeReport& report) {
  Work work;
  PARE_TRY(work.source, load(request.model, common));
  PARE_TRY(require_float(work.source, request.model));
  PARE_TRY(work.simple, simplify(work.source.model, !request.keep_interface, &report.changes));
  PARE_TRY(report.ranges, find_ranges(request, data, work.simple, common, &report.notes));
  PARE_TRY(work.plan, decide_plan(request, work.simple, report.ranges, common));
  work.plan.model_hash = work.source.hash;
  work.plan.seed = common.seed;
  work.plan.arithmetic = name_of(report.arithmetic);
  PARE_TRY(work.quantized, apply(work.plan, work.simple, report.arithmetic, request.strict_bias, &report.notes));
  report.float_bytes = work.source.file_bytes;
  return work;
}

// Names of the files that `stage` wrote.
struct Staged {
  std::string model, plan;
};

// The plan comes first, so that the model is never the only one in place.
Result<Staged> stage(const Work& work, const QuantizeRequest& request, StagedFiles& files, QuantizeReport& report) {
  report.output = request.output;
  report.plan = request.output + ".plan.json";
  PARE_TRY(const std::vector<std::byte> bytes, model_bytes(work.quantized, request.output));
  report.quantized_bytes = static_cast<int64_t>(bytes.size());
  Staged staged;
  PARE_TRY(staged.plan, files.add(report.plan, to_json(work.plan)));
  PARE_TRY(staged.model, files.add(report.output, bytes));
  return staged;
}

// Links 1 to 3, and 5 on all samples if a runtime was asked for.
Result<void> prove(const Staged& staged, const QuantizeRequest& request, const Dataset& data, const Common& common, QuantizeReport& report) {
  const VerifyRequest ask{.file = staged.model, .data = request.data.file, .against = request.model, .plan = staged.plan,
                          .with = request.with, .python = request.python, .arithmetic = "", .device = "", .isa = common.isa, .shapes = common.shapes};
  const int64_t limit = request.data.limit;
  const int64_t fewer = limit < 0 ? kProofSamples : std::min(limit, kProofSamples);
  PARE_TRY(Samples samples, samples_of(data, evaluation_split(request.data), fewer, "verify", common));
  PARE_TRY(Proof proof, make_proof(ask, samples, report.arithmetic));
  PARE_TRY(report.links, own_links(proof));
  if (!request.with.empty()) {
    proof.samples.limit = limit;
    PARE_TRY(Link foreign, foreign_link(proof));
    report.links.push_back(std::move(foreign));
  }
  report.verified = verdict(report.links);
  for (const Link& link : report.links)
    if (link.ran && !link.equal)
      return Error{Code::Internal, request.output, "link " + std::to_string(link.link) + " (" + link.name + ") differs, " + link.first_difference,
                   "equal outputs", "Nothing was written"};
  return {};
}

Result<void> judge(const Work& work, const Model& shipped, const QuantizeRequest& request, const Dataset& data, const Common& common,
                   QuantizeReport& report) {
  PARE_TRY(const Isa isa, choose_isa(common));
  PARE_TRY(const Program original, Program::compile(work.simple, {.isa = isa}));
  PARE_TRY(const Program quantized, Program::compile(shipped, {.arithmetic = report.arithmetic, .isa = isa}));
  PARE_TRY(const Samples samples, samples_of(data, evaluation_split(request.data), request.data.limit, "evaluate", common));
  PARE_TRY(const PairEvaluation pair, evaluate_pair(original, quantized, samples));
  report.float_evaluation = pair.first;
  report.quantized_evaluation = pair.second;
  report.agreement = looks_at_classes(data.metric().name) ? pair.likeness.agreement.value() : pair.likeness.similarity.mean_cosine();
  report.sqnr_db = pair.likeness.similarity.sqnr_db();
  PARE_TRY(report.size, measure(shipped, report.arithmetic));
  return {};
}

Result<void> check_device(const Model& shipped, const Common& common, QuantizeReport& report) {
  if (common.device.empty()) return {};
  PARE_TRY(const Device device, find_device(common.device));
  report.device = device.name;
  if (device.arithmetic != report.arithmetic)
    report.notes.push_back("computed by " + std::string(name_of(report.arithmetic)) + ", where " + device.name + " computes by " +
                           std::string(name_of(device.arithmetic)));
  for (const Reason& r : misfits(shipped, device, report.size.weight_bytes, report.size.arena_bytes))
    report.notes.push_back(r.node + (r.node.empty() ? "" : ": ") + r.reason + ". " + r.mend);
  return {};
}

}  // namespace

Result<QuantizeReport> quantize_model(const QuantizeRequest& request, const Common& common) {
  QuantizeReport report;
  report.scheme = request.scheme;
  PARE_TRY(report.arithmetic, target_arithmetic(common, request.with));
  PARE_TRY(find_scheme(request.scheme));
  PARE_TRY(const Dataset data, read_dataset(request.data.file));
  PARE_TRY(const Work work, compute(request, data, common, report));
  StagedFiles files;
  PARE_TRY(const Staged staged, stage(work, request, files, report));
  PARE_TRY(prove(staged, request, data, common, report));
  PARE_TRY(const Model shipped, read_model(staged.model));
  PARE_TRY(judge(work, shipped, request, data, common, report));
  PARE_TRY(check_device(shipped, common, report));
  PARE_TRY(files.publish());
  return report;
}

}  // namespace pare
