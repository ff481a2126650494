#include "ops/requantize_float.hpp"

#include <bit>
#include <cmath>

namespace pare {
namespace {

constexpr float kMagic = 12582912;  // 1.5 2^23: added to a float below 2^22, it leaves the nearest integer in the low bits

// The least accumulator whose code is at least `code`, and what the float form must reach there: code - 1/2 - z.
struct Threshold {
  int32_t acc;
  double half;
};

// What vectors compute, before the clamp.
int32_t evaluate(const FloatForm& f, int32_t acc) {
  const auto real = static_cast<float>(acc);
  const float y = std::fma(real + std::copysign(f.nudge, real), f.scale, kMagic);
  return std::bit_cast<int32_t>(y) - std::bit_cast<int32_t>(kMagic);
}

std::vector<Threshold> thresholds(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, double m) {
  const auto code = [&](int64_t acc) { return pare_requantize(static_cast<int32_t>(acc), c, &r); };
  std::vector<Threshold> list;
  for (int32_t k = code(range.lo) + 1; k <= code(range.hi); ++k) {
    const double half = k - r.zero_point - 0.5;
    auto acc = std::clamp(static_cast<int64_t>(std::floor(half / m)), range.lo, range.hi);
    while (acc > range.lo && code(acc) >= k) --acc;
    while (code(acc) < k) ++acc;
    list.push_back({static_cast<int32_t>(acc), half});
  }
  return list;
}

bool agree(const pare_requantize_args& r, int32_t c, const std::vector<Threshold>& list, const FloatForm& f) {
  const auto equal = [&](int32_t acc) {
    return pare_clamp(evaluate(f, acc) + r.zero_point, r.lo, r.hi) == pare_requantize(acc, c, &r);
  };
  return std::all_of(list.rbegin(), list.rend(), [&](const Threshold& t) { return equal(t.acc) && equal(t.acc - 1); });
}

// The nudges that all thresholds allow with `scale`: at least first, below second.
std::pair<double, double> nudges(const std::vector<Threshold>& list, double scale) {
  double least = 0, most = 2;  // delta is at most 1
  for (const Threshold& t : list) {
    const double away = t.half / scale - t.acc;
    const double from = t.acc > 0 ? away : -away - 1, to = t.acc > 0 ? away + 1 : -away;
    least = std::max(least, from);
    most = std::min(most, to);
  }
  return {least, most};
}

// The bits after the point with which the sum of an accumulator and a nudge is exact.
int fraction_bits(const std::vector<Threshold>& list) {
  int64_t largest = 1;
  for (const Threshold& t : list) largest = std::max<int64_t>(largest, std::abs(int64_t{t.acc}) + 1);
  return 23 - std::bit_width(static_cast<uint64_t>(largest));
}

}  // namespace

std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
  const double m = std::ldexp(r.multiplier[entry], r.exponent[entry] - 31);
  const double largest = static_cast<double>(std::max(std::abs(range.lo), std::abs(range.hi)));
  if (r.exponent[entry] > 0 || largest * m >= 1 << 21) return std::nullopt;
  const std::vector<Threshold> list = thresholds(r, c, range, m);
  // Finer nudges than the largest sums can hold are of use, too: each power of two rounds them as it can.
  const int bits = fraction_bits(list) + 2;
  for (const int neighbour : {0, 1, -1, 2, -2, 3, -3, 4, -4}) {
    const float scale = std::bit_cast<float>(std::bit_cast<int32_t>(static_cast<float>(m)) + neighbour);
    const auto [least, most] = nudges(list, scale);
    if (least > most) continue;
    for (double n = std::floor(std::ldexp(least, bits)) - 2; n <= std::ldexp(most, bits) + 2; ++n) {
      const FloatForm form{scale, static_cast<float>(std::ldexp(n, -bits))};
      if (n >= 0 && agree(r, c, list, form)) return form;
    }
  }
  return std::nullopt;
}

}  // namespace pare
