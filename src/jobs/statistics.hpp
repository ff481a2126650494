// Statistics of a model's tensors, for inspection and reports.
#pragma once

#include "pare/jobs.hpp"

namespace pare {

/// Share of a histogram's values outside [low, high]; a bin that is cut counts by its cut part.
double share_outside(const Histogram& histogram, double low, double high);
/// Of all constants that some node reads, as reals, in the order of their ids.
std::vector<TensorStatistics> weight_statistics(const Model& model, const std::vector<double>& sigmas);
/// Of inputs and activations that calibration saw, in the order of their ids.
std::vector<TensorStatistics> activation_statistics(const Model& model, const Ranges& ranges, const std::vector<double>& sigmas);

}  // namespace pare
