#include "ops/requantize_float.hpp"

#include <bit>
#include <cmath>

namespace pare {
namespace {

constexpr double kMagic = 6755399441055744;  // 1.5 2^52: added to a double below 2^51, it leaves the nearest integer in the low bits

// The least accumulator whose code is at least k, what the float form must reach there, k - 1/2 - z, and the codes there
// and just below.
struct Threshold {
  int32_t acc;
  double half;
  int32_t code, before;
};

// What vectors compute, before the clamp. Their product and sum with 1.5 2^23 in one rounding is the product's nearest
// integer, the even one of two; in double the product is exact, so that this needs no fused instruction.
int32_t evaluate(const FloatForm& f, int32_t acc) {
  const auto real = static_cast<float>(acc);
  const double product = static_cast<double>(real + std::copysign(f.nudge, real)) * static_cast<double>(f.scale);
  return static_cast<int32_t>(std::bit_cast<int64_t>(product + kMagic) - std::bit_cast<int64_t>(kMagic));
}

int32_t code_of(const pare_requantize_args& r, int32_t c, int64_t acc) { return pare_requantize(static_cast<int32_t>(acc), c, &r); }

// Moves a threshold to where the code changes, if it is not there yet.
void settle(const pare_requantize_args& r, int32_t c, int32_t k, Threshold& t) {
  for (; t.code < k; t.code = code_of(r, c, t.acc)) t.before = t.code, ++t.acc;
  for (; t.before >= k; t.before = code_of(r, c, t.acc - 1)) t.code = t.before, --t.acc;
}

// First a guess for all, in a loop without branches; few are wrong.
std::vector<Threshold> thresholds(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, double m, double delta) {
  const int32_t first = code_of(r, c, range.lo) + 1, last = code_of(r, c, range.hi);
  std::vector<Threshold> list(static_cast<size_t>(std::max(last - first + 1, 0)));
  const double inverse = 1 / m;
  for (size_t i = 0; i < list.size(); ++i) {
    const double half = first + static_cast<int32_t>(i) - r.zero_point - 0.5;
    const double guess = std::clamp(half * inverse - std::copysign(delta, half), static_cast<double>(range.lo), range.hi - 1.0);
    list[i].half = half;
    list[i].acc = static_cast<int32_t>(guess + (guess > 0));
  }
  for (Threshold& t : list) {
    t.acc = std::max<int32_t>(t.acc, static_cast<int32_t>(range.lo + 1));
    t.code = code_of(r, c, t.acc);
    t.before = code_of(r, c, t.acc - 1);
  }
  for (size_t i = 0; i < list.size(); ++i) settle(r, c, first + static_cast<int32_t>(i), list[i]);
  return list;
}

// At the ends of the range, and on both sides of every threshold.
bool agree(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, const std::vector<Threshold>& list, const FloatForm& f) {
  const auto code = [&](int32_t acc) { return pare_clamp(evaluate(f, acc) + r.zero_point, r.lo, r.hi); };
  for (const int64_t end : {range.lo, range.hi})
    if (code(static_cast<int32_t>(end)) != code_of(r, c, end)) return false;
  return std::all_of(list.rbegin(), list.rend(), [&](const Threshold& t) { return code(t.acc) == t.code && code(t.acc - 1) == t.before; });
}

// The nudges that all thresholds allow with `scale`: at least first, below second.
std::pair<double, double> nudges(const std::vector<Threshold>& list, double scale) {
  double least = 0, most = 2;  // delta is at most 1
  const double inverse = 1 / scale;
  for (const Threshold& t : list) {
    const double away = t.half * inverse - t.acc;
    const double from = t.acc > 0 ? away : -away - 1, to = t.acc > 0 ? away + 1 : -away;
    least = std::max(least, from);
    most = std::min(most, to);
    if (least > most) break;  // mostly among the first, whose accumulators are large
  }
  return {least, most};
}

// The bits after the point with which the sum of an accumulator and a nudge is exact.
int fraction_bits(const std::vector<Threshold>& list) {
  int64_t largest = 1;
  if (list.empty()) return 23 - 1;
  for (const Threshold* t : {&list.front(), &list.back()}) largest = std::max<int64_t>(largest, std::abs(int64_t{t->acc}) + 1);
  return 23 - std::bit_width(static_cast<uint64_t>(largest));
}

}  // namespace

std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
  const double m = std::ldexp(r.multiplier[entry], r.exponent[entry] - 31);
  const double largest = static_cast<double>(std::max(std::abs(range.lo), std::abs(range.hi)));
  if (r.exponent[entry] > 0 || largest * m >= 1 << 21) return std::nullopt;
  const std::vector<Threshold> list = thresholds(r, c, range, m, std::ldexp(0.5, r.exponent[entry]) / m);
  // Finer nudges than the largest sums can hold are of use, too: each power of two rounds them as it can.
  const int bits = fraction_bits(list) + 2;
  for (const int neighbour : {0, 1, -1, 2, -2, 3, -3, 4, -4}) {
    const float scale = std::bit_cast<float>(std::bit_cast<int32_t>(static_cast<float>(m)) + neighbour);
    const auto [least, most] = nudges(list, scale);
    if (least > most) continue;
    for (double n = std::floor(std::ldexp(least, bits)) - 2; n <= std::ldexp(most, bits) + 2; ++n) {
      const FloatForm form{scale, static_cast<float>(std::ldexp(n, -bits))};
      if (n >= 0 && agree(r, c, range, list, form)) return form;
    }
  }
  return std::nullopt;
}

}  // namespace pare
