// The histogram. Bin edges are multiples of a power of two, so doubling the width joins neighbours exactly: the counts
// depend only on the set of values, not on their order or on how they were split between threads.
#include <algorithm>
#include <array>
#include <cmath>

#include "compress/ranges/moments.hpp"

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

namespace {

// floor(v * scale) + kHalf, |v * scale| <= kHalf. Truncation and a correction, which vector units have; floor is a call.
void bins_of(std::span<const float> values, float scale, int32_t* bins) {
  for (size_t i = 0; i < values.size(); ++i) {
    const float x = values[i] * scale;
    const auto t = static_cast<int32_t>(x);
    bins[i] = t - static_cast<int32_t>(x < static_cast<float>(t)) + static_cast<int32_t>(Histogram::kHalf);
  }
}

}  // namespace

void Histogram::add(std::span<const float> values) {
  const Moments m = moments_of(values);
  add(values, std::max(-m.min, m.max));
}

void Histogram::add(std::span<const float> values, float max_abs) {
  if (values.empty() || !std::isfinite(max_abs)) return;
  cover(max_abs);
  const float scale = std::ldexp(1.0f, -exponent);
  std::array<int32_t, 512> bins;
  for (size_t first = 0; first < values.size(); first += bins.size()) {
    const auto block = values.subspan(first, std::min(bins.size(), values.size() - first));
    bins_of(block, scale, bins.data());
    for (size_t i = 0; i < block.size(); ++i) ++counts[static_cast<size_t>(bins[i])];
  }
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
