// How a sample's axes become a model input's axes.
#pragma once

#include <string>
#include <vector>

#include "pare/model.hpp"

namespace pare {

/// The model's shape, and from where in the sample each of its elements comes.
struct Layout {
  Shape shape;                 ///< of the model's input, batch axis included
  std::vector<int64_t> order;  ///< element i comes from order[i]; empty: the same order
  std::string note;            ///< what the user should know, or empty

  /// `sample` in the model's shape, same type.
  Tensor arrange(const Tensor& sample) const;
};

/// Equal rank (without the model's batch axis): permute by the axes' letters, or keep the order where letters are
/// unknown. Else, with equal element counts: flatten in the data's own order, with a note. Errors: InvalidArgument with
/// both shapes.
Result<Layout> match_layout(const Shape& sample, const std::string& axes, const TensorInfo& input);

}  // namespace pare
