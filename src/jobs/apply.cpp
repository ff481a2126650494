#include "jobs/steps.hpp"

namespace pare {
namespace {

// Without ranges, every integer encoding must name its scale; one that does not would be left out in silence.
Result<void> require_scales(const Plan& plan, const std::string& path) {
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanStep& step = plan.steps[i];
    if (step.verb == PlanStep::Verb::Encode && step.encoding.affine() && step.encoding.scale.empty())
      return Error{Code::InvalidArgument, path + ": step " + std::to_string(i), "no scale for '" + step.selector + "'", "a resolved plan",
                   "Give ranges, or use the plan that `pare quantize` wrote"};
  }
  return {};
}

Result<Plan> resolved_plan(const ApplyRequest& request, const Model& model, const Common& common) {
  PARE_TRY(const Plan plan, read_plan(request.plan));
  if (request.ranges_file.empty()) {
    PARE_TRY(require_scales(plan, request.plan));
    return plan;
  }
  PARE_TRY(const Ranges ranges, read_ranges(request.ranges_file));
  QuantizeRequest ask;
  ask.plan_file = request.plan;
  if (!plan.scheme.empty()) ask.scheme = plan.scheme;
  return decide_plan(ask, model, ranges, common);
}

Result<Arithmetic> plan_arithmetic(const Plan& plan, const Common& common) {
  if (!common.arithmetic.empty() || plan.arithmetic.empty()) return target_arithmetic(common, "");
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

}  // namespace pare
