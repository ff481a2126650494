#include "evaluate/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pare {
namespace {

std::string all_names() {
  std::string text;
  for (const std::string& name : metric_names()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Error label_error(std::string found, std::string expected) {
  return {Code::InvalidArgument, "", std::move(found), std::move(expected), ""};
}

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricFamily* family : metric_families())
    names.insert(names.end(), family->names.begin(), family->names.end());
  return names;
}

Result<std::unique_ptr<Metric>> make_metric(const MetricSpec& spec) {
  if (spec.name.empty())
    return Error{Code::InvalidArgument, spec.place, "no metric", "\"metric\": one of " + all_names(), ""};
  for (const MetricFamily* family : metric_families())
    if (std::find(family->names.begin(), family->names.end(), spec.name) != family->names.end())
      return family->make(spec);
  return Error{Code::Unsupported, spec.place, fmt::format("no metric '{}'", spec.name), "one of " + all_names(), ""};
}

Result<void> refuse_options(const MetricSpec& spec) {
  if (spec.options == "{}") return {};
  return Error{Code::InvalidArgument, spec.place, fmt::format("options {} for '{}'", spec.options, spec.name), "none",
               ""};
}

Result<int64_t> label_below(const Outcome& outcome, int64_t classes) {
  if (!outcome.label) return label_error("the sample has no label", "a label");
  if (*outcome.label >= 0 && *outcome.label < classes) return *outcome.label;
  return label_error(fmt::format("label {}", *outcome.label),
                     fmt::format("0 to {}, for {} classes", classes - 1, classes));
}

Result<std::vector<double>> class_scores(const Outcome& outcome) {
  PARE_ASSERT(!outcome.outputs.empty());
  std::vector<double> scores(static_cast<size_t>(outcome.outputs.front().count()), 0.0);
  for (const Tensor& output : outcome.outputs) {
    PARE_ASSERT(output.count() == static_cast<int64_t>(scores.size()));
    const auto values = output.view<float>();
    for (size_t i = 0; i < scores.size(); ++i) scores[i] += values[i] / static_cast<double>(outcome.outputs.size());
  }
  const auto bad = std::find_if(scores.begin(), scores.end(), [](double score) { return std::isnan(score); });
  if (bad == scores.end()) return scores;
  return Error{Code::InvalidModel, "", fmt::format("output {} is not a number (NaN)", bad - scores.begin()), "numbers",
               ""};
}

}  // namespace pare
