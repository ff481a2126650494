// The report's drawings, as SVG. Colours are classes of the page's style.
#pragma once

#include <string>
#include <vector>

#include "pare/report.hpp"

namespace pare {

using TensorRefs = std::vector<const Report::Tensor*>;

/// A bar a tensor in the order of execution: its SQNR in dB, the least one marked. All have a loss.
std::string loss_chart(const TensorRefs& tensors);
/// A row a tensor on one axis: minimum to maximum, mean, n-sigma marks, and the interval that its codes cover.
std::string range_chart(const TensorRefs& tensors);
/// Counts of one tensor's values on a logarithmic axis, with the ends of the grid of codes.
std::string histogram_chart(const Report::Tensor& tensor);

}  // namespace pare
