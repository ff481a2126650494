// Top-k accuracy: the share of samples whose label is among the k greatest outputs.
//
//   hit = [ #{j : y_j > y_l} + #{j < l : y_j = y_l} < k ],   value = mean of hits
//
// so that of equal outputs the lowest index wins. With windows, y is the mean of the windows' outputs.
#pragma once

#include "evaluate/metric.hpp"

namespace pare {

extern const MetricFamily top_k_metric;  ///< top1, top5

}  // namespace pare
