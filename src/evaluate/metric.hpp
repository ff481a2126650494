// The interface of a metric's folder (src/evaluate/metrics/<m>/ defines one symbol `<m>_metric`), and what metrics
// share.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "pare/evaluate.hpp"

namespace pare {

/// One or more metrics that share their code.
struct MetricFamily {
  std::span<const std::string_view> names;
  /// The metric of `spec.name`, which is one of `names`.
  Result<std::unique_ptr<Metric>> (*make)(const MetricSpec& spec);
};

/// All families, written by the build from the folders' names.
std::span<const MetricFamily* const> metric_families();

/// Errors: InvalidArgument if the dataset file gives this metric options.
Result<void> refuse_options(const MetricSpec& spec);
/// The label. Errors: InvalidArgument if there is none, or it is not below `classes`.
Result<int64_t> label_below(const Outcome& outcome, int64_t classes);
/// One number a class: the output, as the mean over windows. Errors: InvalidModel for a NaN.
Result<std::vector<double>> class_scores(const Outcome& outcome);

}  // namespace pare
