// The histogram. Bin edges are multiples of a power of two, so doubling the width joins neighbours exactly: the counts
// depend only on the set of values, not on their order or on how they were split between threads.
#include <algorithm>
#include <cmath>

#include "pare/compress.hpp"

namespace pare {

double Histogram::width() const { return std::ldexp(1.0, exponent); }

void Histogram::coarsen(int to) {
  for (; exponent < to; ++exponent) {
    std::vector<int64_t> joined(static_cast<size_t>(2 * kHalf), 0);
    for (int64_t i = 0; i < 2 * kHalf; ++i) {
      const int64_t bin = i - kHalf;
      joined[static_cast<size_t>((bin >> 1) + kHalf)] += counts[static_cast<size_t>(i)];
    }
    counts = std::move(joined);
  }
}

void Histogram::cover(double max_abs) {
  if (counts.empty()) counts.assign(static_cast<size_t>(2 * kHalf), 0);
  if (max_abs < width() * kHalf) return;
  int needed = 0;
  std::frexp(max_abs / static_cast<double>(kHalf), &needed);  // 2^needed > max_abs / kHalf
  const bool untouched = std::all_of(counts.begin(), counts.end(), [](int64_t n) { return n == 0; });
  if (untouched) exponent = std::max(exponent, needed);
  coarsen(needed);
}

void Histogram::add(std::span<const float> values) {
  float max_abs = 0;
  for (const float v : values) max_abs = std::max(max_abs, std::fabs(v));
  if (!std::isfinite(max_abs)) return;
  cover(max_abs);
  const float scale = std::ldexp(1.0f, -exponent);
  for (const float v : values) ++counts[static_cast<size_t>(static_cast<int64_t>(std::floor(v * scale)) + kHalf)];
}

void Histogram::merge(const Histogram& other) {
  if (other.counts.empty()) return;
  if (counts.empty()) {
    *this = other;
    return;
  }
  Histogram theirs = other;
  const int to = std::max(exponent, theirs.exponent);
  coarsen(to);
  theirs.coarsen(to);
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += theirs.counts[i];
}

}  // namespace pare
