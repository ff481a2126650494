// minmax: the true minimum and maximum over all samples. Never an average of samples: an average clips.
#include "pare/compress.hpp"

namespace pare {
namespace {

class MinMax final : public RangeEstimator {
 public:
  std::array<double, 2> interval(const Range& range, bool) const override { return {range.min, range.max}; }
};

Result<std::unique_ptr<RangeEstimator>> make(std::string_view argument) {
  if (!argument.empty())
    return Error{Code::InvalidArgument, "ranges", "'minmax:" + std::string(argument) + "'", "minmax without an argument", ""};
  return std::unique_ptr<RangeEstimator>(std::make_unique<MinMax>());
}

}  // namespace

extern const EstimatorFamily minmax_range;
const EstimatorFamily minmax_range{"minmax", "minmax", make};

}  // namespace pare
