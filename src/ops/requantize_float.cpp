#include "ops/requantize_float.hpp"

#include <bit>
#include <cmath>

namespace pare {
namespace {

constexpr double kMagic =
    6755399441055744;       // 1.5 2^52: added to a double below 2^51, it leaves the nearest integer in the low bits
constexpr int kMost = 255;  // places where a code changes

// Where the code of an accumulator reaches k, for each k in order. Arrays, whose loops the compiler makes vectors of.
struct Thresholds {
  int count = 0;
  double code[kMost];              // k - z
  float at[kMost], below[kMost];   // the least accumulator whose code is at least k, and the one before
  double half[kMost], far[kMost];  // |k - z - 1/2|, and what it is seen from: at, or 1 - at if that is not positive
  int32_t largest = 1;             // accumulator, of those at the ends
};

// The least product of accumulator and multiplier from which the code is at least k. Eq. 5 gives h from h 2^31 - 2^30
// on; Eq. 6 gives k from (k - 1/2) 2^right on, which is a tie, and at or below zero from the next h on. Eq. 8 rounds
// once.
int64_t least_product(int32_t rule, int64_t k, int32_t right) {
  if (rule == PARE_FIXED_SINGLE || right == 0) return (2 * k - 1) * (int64_t{1} << (30 + right));
  const int64_t h = (2 * k - 1) * (int64_t{1} << (right - 1)) + (k <= 0);
  return h * (int64_t{1} << 31) - (int64_t{1} << 30);
}

// The least x with x m >= product: a guess in double, which has bits enough to be off by one at most.
int64_t least_accumulator(int64_t product, int64_t m, double inverse) {
  auto x = static_cast<int64_t>(static_cast<double>(product) * inverse);
  const int64_t rest = x * m - product;
  x += (rest < 0) - (rest >= m);
  return x;
}

int32_t code_of(const pare_requantize_args& r, int32_t c, int64_t acc) {
  return pare_requantize(static_cast<int32_t>(acc), c, &r);
}

void fill_thresholds(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, Thresholds& t) {
  const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
  const int32_t first = code_of(r, c, range.lo) + 1 - r.zero_point, last = code_of(r, c, range.hi) - r.zero_point;
  const int64_t m = r.multiplier[entry];
  const double inverse = 1 / static_cast<double>(m);
  for (int32_t k = first; k <= last; ++k) {
    const int64_t x = least_accumulator(least_product(r.rule, k, -r.exponent[entry]), m, inverse);
    const int i = t.count++;
    t.code[i] = k;
    t.at[i] = static_cast<float>(x);
    t.below[i] = static_cast<float>(x - 1);
    t.half[i] = std::abs(k - 0.5);
    t.far[i] = static_cast<double>(x > 0 ? x : 1 - x);
    if (k == first || k == last) t.largest = std::max(t.largest, static_cast<int32_t>(std::abs(x) + 1));
  }
}

// What vectors compute, before the zero point. Their product and sum with 1.5 2^23 in one rounding is the product's
// nearest integer, the even one of two; in double the product is exact, so that this needs no fused instruction.
double evaluate(const FloatForm& f, float real) {
  const double product = static_cast<double>(real + std::copysign(f.nudge, real)) * static_cast<double>(f.scale);
  return product + kMagic - kMagic;
}

// Does the form reach each k where the rule does, and not before?
bool agree_at(const Thresholds& t, const FloatForm& f) {
  constexpr int kBlock = 64;  // the first to disagree is mostly near the end, where accumulators are large
  for (int end = t.count; end > 0; end -= kBlock) {
    int64_t wrong = 0;
    for (int i = std::max(end - kBlock, 0); i < end; ++i)
      wrong |= static_cast<int64_t>(evaluate(f, t.at[i]) < t.code[i]) |
               static_cast<int64_t>(evaluate(f, t.below[i]) >= t.code[i]);
    if (wrong != 0) return false;
  }
  return true;
}

// At the ends of the range, and on both sides of every threshold.
bool agree(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, const Thresholds& t,
           const FloatForm& f) {
  for (const int64_t end : {range.lo, range.hi}) {
    const auto q = static_cast<int32_t>(evaluate(f, static_cast<float>(end)));
    if (pare_clamp(q + r.zero_point, r.lo, r.hi) != code_of(r, c, end)) return false;
  }
  return agree_at(t, f);
}

// The nudges that all thresholds allow with `scale`: at least first, below second. Each allows an interval of length
// one.
std::pair<double, double> nudges(const Thresholds& t, double scale) {
  double least = 0, most = 2;  // delta is at most 1
  const double inverse = 1 / scale;
  for (int i = 0; i < t.count && least <= most; ++i) {  // if none are left, that mostly shows among the first
    const double from = t.half[i] * inverse - t.far[i];
    least = std::max(least, from);
    most = std::min(most, from + 1);
  }
  return {least, most};
}

}  // namespace

std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
  const double m = std::ldexp(r.multiplier[entry], r.exponent[entry] - 31);
  const double largest = static_cast<double>(std::max(std::abs(range.lo), std::abs(range.hi)));
  if (r.exponent[entry] > 0 || largest * m >= 1 << 21) return std::nullopt;
  Thresholds t;
  fill_thresholds(r, c, range, t);
  // Nudges with which sums are exact, and finer ones, too: each power of two rounds them as it can.
  const int bits = 23 - std::bit_width(static_cast<uint32_t>(t.largest)) + 2;
  for (const int neighbour : {0, 1, -1, 2, -2, 3, -3, 4, -4}) {
    const float scale = std::bit_cast<float>(std::bit_cast<int32_t>(static_cast<float>(m)) + neighbour);
    const auto [least, most] = nudges(t, scale);
    if (least > most) continue;
    for (double n = std::floor(std::ldexp(least, bits)) - 2; n <= std::ldexp(most, bits) + 2; ++n) {
      const FloatForm form{scale, static_cast<float>(std::ldexp(n, -bits))};
      if (n >= 0 && agree(r, c, range, t, form)) return form;
    }
  }
  return std::nullopt;
}

}  // namespace pare
