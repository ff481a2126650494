#include <algorithm>
#include <cmath>
#include <limits>

#include "pare/evaluate.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The sums of one sample.
struct Sums {
  double ff = 0, qq = 0, fq = 0, dd = 0, max_abs = 0;
  bool equal = true;
};

Sums sums_of(std::span<const float> reference, std::span<const float> other) {
  Sums sums;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double f = reference[i], q = other[i], d = f == q ? 0 : f - q;  // equal infinities do not differ
    sums.ff += f * f;
    sums.qq += q * q;
    sums.fq += f * q;
    sums.dd += d * d;
    sums.max_abs = std::max(sums.max_abs, std::fabs(d));
    sums.equal = sums.equal && f == q;
  }
  return sums;
}

double cosine_of(double ff, double qq, double fq) {
  if (ff == 0 || qq == 0) return ff == qq ? 1 : 0;
  return fq / (std::sqrt(ff) * std::sqrt(qq));
}

double relative_of(double ff, double dd) {
  if (dd == 0) return 0;
  return ff == 0 ? kInfinity : std::sqrt(dd / ff);
}

// The mean of n values, after one with weight `share` of all came in.
void move_mean(double& mean, double value, double share) {
  if (std::isinf(value)) mean = value;
  if (!std::isinf(mean)) mean += (value - mean) * share;
}

}  // namespace

int64_t arg_max(std::span<const float> values) {
  int64_t best = -1;
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i]) && (best < 0 || values[i] > values[static_cast<size_t>(best)]))
      best = static_cast<int64_t>(i);
  return best;
}

void Similarity::add(std::span<const float> reference, std::span<const float> other) {
  PARE_ASSERT(reference.size() == other.size());
  const Sums sums = sums_of(reference, other);
  Similarity one;
  one.samples_ = 1;
  one.reference_squares_ = sums.ff;
  one.other_squares_ = sums.qq;
  one.products_ = sums.fq;
  one.difference_squares_ = sums.dd;
  one.mean_cosine_ = cosine_of(sums.ff, sums.qq, sums.fq);
  one.mean_relative_ = relative_of(sums.ff, sums.dd);
  one.max_abs_ = sums.max_abs;
  one.equal_ = sums.equal;
  merge(one);
}

void Similarity::merge(const Similarity& other) {
  if (other.samples_ == 0) return;
  samples_ += other.samples_;
  const double share = static_cast<double>(other.samples_) / static_cast<double>(samples_);
  move_mean(mean_cosine_, other.mean_cosine_, share);
  move_mean(mean_relative_, other.mean_relative_, share);
  reference_squares_ += other.reference_squares_;
  other_squares_ += other.other_squares_;
  products_ += other.products_;
  difference_squares_ += other.difference_squares_;
  max_abs_ = std::max(max_abs_, other.max_abs_);
  equal_ = equal_ && other.equal_;
}

double Similarity::sqnr_db() const {
  if (difference_squares_ == 0) return kInfinity;
  return 10 * std::log10(reference_squares_ / difference_squares_);
}

double Similarity::cosine() const { return cosine_of(reference_squares_, other_squares_, products_); }

void Agreement::add(std::span<const float> reference, std::span<const float> other) {
  ++samples_;
  agreeing_ += arg_max(reference) == arg_max(other);
}

void Agreement::merge(const Agreement& other) {
  samples_ += other.samples_;
  agreeing_ += other.agreeing_;
}

double Agreement::value() const {
  return samples_ == 0 ? 1 : static_cast<double>(agreeing_) / static_cast<double>(samples_);
}

}  // namespace pare
