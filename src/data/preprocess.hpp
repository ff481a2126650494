// Preprocessing: steps on a sample's reals, in the file's order.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "data/json.hpp"
#include "pare/data.hpp"

namespace pare {

/// y = factor x
struct ScaleStep {
  double factor = 1;
};
/// y = (x - mean_c) / std_c, one number for all or one a channel (axis c).
struct NormalizeStep {
  std::vector<double> mean{0}, std{1};
};
/// The channels (axis c) in reverse order: RGB becomes BGR.
struct ReverseChannelsStep {};
/// Windows of `length` elements of the flattened sample, `stride` apart; what is left at the end is dropped.
struct WindowStep {
  int64_t length = 1, stride = 1;
};

struct PreprocessStep {
  std::variant<ScaleStep, NormalizeStep, ReverseChannelsStep, WindowStep> what;
  std::string place;  ///< in the dataset file, for messages
};

/// Every value is computed in double and rounded to float32 after each step.
struct Preprocess {
  std::vector<PreprocessStep> steps;

  bool empty() const { return steps.empty(); }
  /// Errors: InvalidArgument if a step needs an axis c that the element lacks, or does not suit its extents, or if a
  /// window is not the last step.
  Result<void> check(const Element& element) const;
  /// Shape and axes of what apply() returns.
  Shape shape_after(const Element& element) const;
  std::string axes_after(const Element& element) const;
  /// `reals` (f32, the element's shape) after all steps; several tensors with a window. check() must hold.
  std::vector<Tensor> apply(Tensor reals, const Element& element) const;
};

/// The list "preprocess". Errors: InvalidArgument; Unsupported for steps of images, by name.
Result<Preprocess> parse_preprocess(const Json& json);

}  // namespace pare
