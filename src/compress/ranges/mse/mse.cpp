// mse: the interval of least mean squared error under 8 bits, estimated on the histogram.
// Idea: a value inside the interval is wrong by a uniform error of step^2 / 12, a value outside by its distance to the
// end. Coordinate search over fractions of the true ends, the upper end first, two rounds: the error is convex in each
// end for one-humped histograms and close to it for others. Cost: one sum over the 2048 bins, then 2 x 2 x 100 looks at
// it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "pare/compress.hpp"

namespace pare {
namespace {

constexpr int kFractions = 100;
constexpr double kSteps = 255;

/// Sums over the bins below each bin, in units of the bin's width: of counts, of centres and of their squares. All are
/// exact, so a tail's error is a difference of them.
class Tails {
 public:
  explicit Tails(const Histogram& histogram) : width_(histogram.width()), below_(histogram.counts.size() + 1) {
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      const auto count = static_cast<double>(histogram.counts[i]);
      const double x = centre(i);
      below_[i + 1] = {below_[i].count + count, below_[i].sum + count * x, below_[i].squares + count * x * x};
    }
  }

  /// Expected squared error of [lo, hi] on the bins' centres, times the count, in squared widths.
  double error_of(double lo, double hi) const {
    const double a = lo / width_, b = hi / width_, step = (b - a) / kSteps;
    const Sums &left = below_[first_from(a)], &right = below_[first_from(std::nextafter(b, std::numeric_limits<double>::infinity()))],
               &all = below_.back();
    const Sums beyond{all.count - right.count, all.sum - right.sum, all.squares - right.squares};
    return left.distance_to(a) + beyond.distance_to(b) + (right.count - left.count) * step * step / 12;
  }

 private:
  struct Sums {
    double count = 0, sum = 0, squares = 0;
    /// The sum of (x - end)^2.
    double distance_to(double end) const { return squares - 2 * end * sum + end * end * count; }
  };
  static double centre(size_t bin) { return static_cast<double>(bin) - static_cast<double>(Histogram::kHalf) + 0.5; }
  /// The first bin whose centre is at or above x.
  size_t first_from(double x) const {
    const double bin = std::ceil(x + static_cast<double>(Histogram::kHalf) - 0.5);
    return static_cast<size_t>(std::clamp(bin, 0.0, static_cast<double>(below_.size() - 1)));
  }
  double width_;
  std::vector<Sums> below_;
};

class Mse final : public RangeEstimator {
 public:
  bool looks_at_histogram() const override { return true; }
  std::array<double, 2> interval(const Range& range, bool symmetric) const override {
    std::array<double, 2> best = {std::min(range.min, 0.0), std::max(range.max, 0.0)};
    if (range.histogram.counts.empty() || best[0] == best[1]) return best;
    if (symmetric) return symmetric_interval(range);
    const std::array<double, 2> whole = best;
    const Tails tails(range.histogram);
    for (int round = 0; round < 2; ++round)
      for (const size_t end : {size_t{1}, size_t{0}}) best = improved(tails, best, whole, end);
    return best;
  }

 private:
  static std::array<double, 2> improved(const Tails& tails, std::array<double, 2> best,
                                        const std::array<double, 2>& whole, size_t end) {
    double least = tails.error_of(best[0], best[1]);
    for (int i = kFractions; i > 0; --i) {
      std::array<double, 2> tried = best;
      tried[end] = whole[end] * i / kFractions;
      const double error = tails.error_of(tried[0], tried[1]);
      if (error < least) {
        least = error;
        best = tried;
      }
    }
    return best;
  }

  static std::array<double, 2> symmetric_interval(const Range& range) {
    const double whole = std::max(-range.min, range.max);
    const Tails tails(range.histogram);
    double least = std::numeric_limits<double>::infinity(), best = whole;
    for (int i = kFractions; i > 0; --i) {
      const double end = whole * i / kFractions;
      const double error = tails.error_of(-end, end);
      if (error < least) {
        least = error;
        best = end;
      }
    }
    return {-best, best};
  }
};

Result<std::unique_ptr<RangeEstimator>> make(std::string_view argument) {
  if (!argument.empty())
    return Error{Code::InvalidArgument, "ranges", "'mse:" + std::string(argument) + "'", "mse without an argument", ""};
  return std::unique_ptr<RangeEstimator>(std::make_unique<Mse>());
}

}  // namespace

extern const EstimatorFamily mse_range;
const EstimatorFamily mse_range{"mse", "mse", make};

}  // namespace pare
