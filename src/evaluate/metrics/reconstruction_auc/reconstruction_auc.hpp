// AUC of a model that gives its input back: what it gives back badly is taken for an anomaly (label 1).
//
//   score = mean over windows of  (1 / n) sum_i (y_i - x_i)^2,      value = AUC of the scores
//
// x the window's input and y its output, as reals, n elements each. DCASE 2020, task 2 (Koizumi et al.) judges so.
#pragma once

#include "evaluate/metric.hpp"

namespace pare {

extern const MetricFamily reconstruction_auc_metric;

}  // namespace pare
