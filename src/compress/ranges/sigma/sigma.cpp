// sigma:N: [mean - N std, mean + N std], cut to what was seen; std is the population's.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "pare/compress.hpp"

namespace pare {
namespace {

class Sigma final : public RangeEstimator {
 public:
  explicit Sigma(double n) : n_(n) {}
  std::array<double, 2> interval(const Range& range, bool) const override {
    return {std::max(range.min, range.mean - n_ * range.std), std::min(range.max, range.mean + n_ * range.std)};
  }

 private:
  double n_;
};

Result<std::unique_ptr<RangeEstimator>> make(std::string_view argument) {
  const std::string text(argument);
  char* end = nullptr;
  const double n = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(n > 0))
    return Error{Code::InvalidArgument, "ranges", "'sigma:" + text + "'", "sigma:N with a number N above 0, for example sigma:3", ""};
  return std::unique_ptr<RangeEstimator>(std::make_unique<Sigma>(n));
}

}  // namespace

extern const EstimatorFamily sigma_range;
const EstimatorFamily sigma_range{"sigma", "sigma:N", make};

}  // namespace pare
