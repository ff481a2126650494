// Area under the ROC curve, by ranks (Mann and Whitney 1947; Hanley and McNeil 1982):
//
//   AUC = (R - P (P + 1) / 2) / (P N)
//
// with P positive and N negative samples and R the sum of the positive samples' ranks by rising score, equal scores
// sharing the mean of their ranks: the chance that a positive scores above a negative, a tie counting one half.
//
// Metric "auc": with one output or two, the score of class 1; with more, the mean over the classes that occur of the
// AUC of that class against the rest, each class counting alike. With windows, the mean of the windows' outputs is
// scored.
#pragma once

#include <span>

#include "evaluate/metric.hpp"

namespace pare {

extern const MetricFamily auc_metric;

/// The AUC of `scores`, where positive[i] says whether sample i is one to be found.
/// Errors: InvalidArgument if there are no positive or no negative samples.
Result<double> area_under_roc(std::span<const double> scores, const std::vector<bool>& positive);

}  // namespace pare
