#include "ops/requantize_forms.hpp"

#include <cmath>

namespace pare {
namespace {

constexpr double kMagic = kLineOrigin;
constexpr double kReach = 4194304;   // 2^22, see kLineBits
constexpr double kRound = 6755399441055744;  // 1.5 2^52: added to a double below 2^51, it leaves the nearest integer
constexpr double kMostWord = 32000;          // of codes beyond the clamp, so that they fit into 16 bits
constexpr int kMost = 256;                   // places where a code changes, and one to make the loops' turns whole
constexpr double kLeastStep = 0x1p-15;       // below, a product's rounding could move a place by half an accumulator

double round_to_integer(double x) { return x + kRound - kRound; }

// Where the code of an accumulator reaches k, for each k in order. Arrays, whose loops the compiler makes vectors of.
struct Thresholds {
  int count = 0;
  double half[kMost];   // k - z - 1/2
  double first[kMost];  // the least accumulator whose code is at least k

  // Repeats the last one until kTurn divides their number.
  static constexpr int kTurn = 4;
  void fill_turn() {
    for (; count % kTurn != 0; ++count) half[count] = half[count - 1], first[count] = first[count - 1];
  }
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

// The least x whose product with the scale, rounded to float, rounds to a code above `half`; half a code goes to the even one.
double least_accumulator(double half, bool even, float scale, double inverse) {
  const double x = round_to_integer(half * inverse);  // or the next
  const double bound = even ? half : half + 0x1p-30;  // no float lies between
  const auto product = static_cast<double>(static_cast<float>(x) * scale);
  return x + (product >= bound ? 0.0 : 1.0);
}

int32_t code_of(const pare_requantize_args& r, int32_t c, int64_t acc) {
  return pare_requantize(static_cast<int32_t>(acc), c, &r);
}

size_t entry_of(const pare_requantize_args& r, int32_t c) { return static_cast<size_t>(r.channels > 1 ? c : 0); }

// An open interval.
struct Interval {
  double lo, hi;
  bool empty() const { return lo >= hi; }
};

// What the forms of a channel are looked for by.
struct Search {
  double step = 0;  // codes an accumulator
  double zero_point = 0;
  AccumulatorRange range;
  Interval ends{-INFINITY, INFINITY};  // what codes at the ends of the range are between, where the clamp leaves any
  Thresholds t;

  double least = 0, greatest = 0;  // accumulators beyond which the clamp decides

  bool empty() const { return t.count == 0; }
  double most() const { return static_cast<double>(std::max(std::abs(range.lo), std::abs(range.hi))); }
  // Where the sums of a line may begin.
  Interval starts() const { return {-kReach - least, kReach - greatest}; }
};

void fill_thresholds(const pare_requantize_args& r, size_t entry, int32_t first, Thresholds& t) {
  for (int i = 0; i < t.count; ++i) t.half[i] = first + i - 0.5;
  if (r.rule == PARE_FLOAT_HALF_EVEN) {
    const float scale = r.scale[entry];
    const double inverse = 1 / static_cast<double>(scale);
    for (int i = 0; i < t.count; ++i) t.first[i] = least_accumulator(t.half[i], (first + i) % 2 == 0, scale, inverse);
  } else {
    const int64_t m = r.multiplier[entry];
    const double inverse = 1 / static_cast<double>(m);
    for (int i = 0; i < t.count; ++i)
      t.first[i] = static_cast<double>(least_accumulator(least_product(r.rule, first + i, -r.exponent[entry]), m, inverse));
  }
}

// Empty if the rule's thresholds are not known, or codes beyond the clamp too many.
Search search_for(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const size_t entry = entry_of(r, c);
  const bool real = r.rule == PARE_FLOAT_HALF_EVEN;
  Search s;
  s.step = real ? static_cast<double>(r.scale[entry]) : std::ldexp(r.multiplier[entry], r.exponent[entry] - 31);
  s.zero_point = r.zero_point;
  s.range = range;
  if (!(s.step > kLeastStep && s.step < 1) || (!real && r.exponent[entry] > 0) || s.most() * s.step >= kMostWord) return s;
  const int32_t least = code_of(r, c, range.lo), greatest = code_of(r, c, range.hi);
  if (least > r.lo) s.ends.lo = least - r.zero_point - 0.5;
  if (greatest < r.hi) s.ends.hi = greatest - r.zero_point + 0.5;
  s.t.count = std::max(greatest - least, 0);
  fill_thresholds(r, entry, least + 1 - r.zero_point, s.t);
  if (s.empty()) return s;
  s.least = least > r.lo ? static_cast<double>(range.lo) : s.t.first[0] - 1;
  s.greatest = greatest < r.hi ? static_cast<double>(range.hi) : s.t.first[s.t.count - 1];
  s.t.fill_turn();
  return s;
}

// `value(acc)`, monotone, is rounded to codes: are they right? Halves are not asked about, as they may go either way.
template <class Value>
bool agrees(const Search& s, Value value) {
  if (!(value(static_cast<double>(s.range.lo)) > s.ends.lo && value(static_cast<double>(s.range.hi)) < s.ends.hi)) return false;
  constexpr int kBlock = 64;  // the first to disagree is mostly near the end, where accumulators are large
  for (int end = s.t.count; end > 0; end -= kBlock) {
    int64_t wrong = 0;
    for (int i = std::max(end - kBlock, 0); i < end; ++i)
      wrong |= static_cast<int64_t>(value(s.t.first[i]) <= s.t.half[i]) | static_cast<int64_t>(value(s.t.first[i] - 1) >= s.t.half[i]);
    if (wrong != 0) return false;
  }
  return true;
}

float neighbour_of(double x, int steps) {
  return std::bit_cast<float>(std::bit_cast<int32_t>(static_cast<float>(x)) + steps);
}

// ---- FloatForm ------------------------------------------------------------------------------------------------------

// The nudges that all thresholds allow with `scale`: each an interval of length one.
Interval nudges(const Thresholds& t, double scale) {
  Interval n{0, 2};  // delta is at most 1
  const double inverse = 1 / scale;
  for (int i = 0; i < t.count && n.lo <= n.hi; ++i) {  // if none are left, that mostly shows among the first
    const double far = t.first[i] > 0 ? t.first[i] : 1 - t.first[i];
    const double from = std::abs(t.half[i]) * inverse - far;
    n.lo = std::max(n.lo, from);
    n.hi = std::min(n.hi, from + 1);
  }
  return n;
}

bool agrees(const Search& s, const FloatForm& form) {
  const auto scale = static_cast<double>(form.scale);
  return agrees(s, [&](double acc) {  // in double the product is exact, so that this needs no fused instruction
    const auto real = static_cast<float>(acc);
    return static_cast<double>(real + std::copysign(form.nudge, real)) * scale;
  });
}

// ---- lines ----------------------------------------------------------------------------------------------------------

// What d may be, see line_form.
Interval shifts(const Search& s, double slope) {
  Interval d{s.ends.lo - static_cast<double>(s.range.lo) * slope, s.ends.hi - static_cast<double>(s.range.hi) * slope};
  double least[Thresholds::kTurn], most[Thresholds::kTurn];
  std::fill(std::begin(least), std::end(least), INFINITY);
  std::fill(std::begin(most), std::end(most), -INFINITY);
  for (int i = 0; i < s.t.count; i += Thresholds::kTurn)
    for (int k = 0; k < Thresholds::kTurn; ++k) {
      const double from = s.t.half[i + k] - s.t.first[i + k] * slope;
      most[k] = from > most[k] ? from : most[k];
      least[k] = from < least[k] ? from : least[k];
    }
  d.lo = std::max(d.lo, *std::max_element(std::begin(most), std::end(most)));
  d.hi = std::min(d.hi, *std::min_element(std::begin(least), std::end(least)) + slope);
  return d;
}

// Are codes words for all accumulators?
bool gives_words(const Search& s, const Line& line, double zero) {
  for (const int64_t acc : {s.range.lo, s.range.hi}) {
    const int64_t bits = int64_t{kLineBits} + line.start + acc;
    if (bits < 0 || bits > std::bit_cast<int32_t>(1e9f)) return false;
    const auto real = static_cast<double>(std::bit_cast<float>(static_cast<int32_t>(bits)));
    if (!(std::abs(real * static_cast<double>(line.slope) + static_cast<double>(line.offset) - zero) < kMostWord)) return false;
  }
  return true;
}

// The first offset, of those around the middle one, that has a start for a d in `d`.
std::optional<Line> line_through(const Search& s, const Interval& d, float with_slope) {
  constexpr double kTries = 10000;
  const Interval start = s.starts();
  const double slope = static_cast<double>(with_slope), inverse = 1 / slope;
  const auto offset_at = [&](double at) { return round_to_integer(kMagic + s.zero_point - (kMagic + at) * slope); };
  const double middle = offset_at((start.lo + start.hi) / 2), last = std::min(offset_at(start.lo), middle + kTries);
  for (double offset = std::max(offset_at(start.hi), middle - kTries); offset <= last; ++offset) {
    const double shift = offset - kMagic - s.zero_point;
    const double at = round_to_integer((d.hi - shift) * inverse - kMagic - 0.5);
    const double found = (kMagic + at) * slope + shift;
    if (found > d.lo && found < d.hi && at >= start.lo && at <= start.hi)
      return Line{with_slope, static_cast<float>(offset), static_cast<int32_t>(at)};
  }
  return std::nullopt;
}

bool agrees_twice(const Search& s, const Line& line) {
  const double base = kMagic + line.start, slope = static_cast<double>(line.slope), offset = static_cast<double>(line.offset);
  const auto value = [&](double acc) {
    return round_to_integer(static_cast<double>(static_cast<float>((base + acc) * slope + offset)));
  };
  return gives_words(s, line, 0) && agrees(s, value);
}

}  // namespace

std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  if (r.rule == PARE_FLOAT_HALF_EVEN) return std::nullopt;
  const Search s = search_for(r, c, range);
  if (s.empty()) return std::nullopt;
  // Nudges with which sums are exact, and finer ones, too: each power of two rounds them as it can.
  const double largest = std::max(std::abs(s.least), std::abs(s.greatest)) + 1;
  const int bits = 23 - std::bit_width(static_cast<uint32_t>(largest)) + 2;
  for (const int neighbour : {0, 1, -1, 2, -2, 3, -3, 4, -4}) {
    const float scale = neighbour_of(s.step, neighbour);
    const Interval nudge = nudges(s.t, static_cast<double>(scale));
    if (nudge.lo > nudge.hi) continue;
    for (double n = std::floor(std::ldexp(nudge.lo, bits)) - 2; n <= std::ldexp(nudge.hi, bits) + 2; ++n) {
      const FloatForm form{scale, static_cast<float>(std::ldexp(n, -bits))};
      if (n >= 0 && agrees(s, form)) return form;
    }
  }
  return std::nullopt;
}

std::optional<Line> line_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const Search s = search_for(r, c, range);
  if (s.empty() || s.starts().empty()) return std::nullopt;
  const Interval exact = shifts(s, s.step);
  if (exact.lo - exact.hi > s.t.count * 0x1p-20) return std::nullopt;  // more than neighbours make up for
  for (const int neighbour : {0, 1, -1, 2, -2, 3, -3, 4, -4}) {
    const float slope = neighbour_of(s.step, neighbour);
    const Interval d = shifts(s, static_cast<double>(slope));
    if (d.empty()) continue;
    const auto line = line_through(s, d, slope);
    if (line && gives_words(s, *line, kMagic)) return line;
  }
  return std::nullopt;
}

std::optional<Line> twice_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  if (r.rule != PARE_FLOAT_HALF_EVEN) return std::nullopt;
  const Search s = search_for(r, c, range);
  if (s.empty() || s.starts().empty()) return std::nullopt;
  const Interval start = s.starts();
  const auto slope = static_cast<float>(s.step);
  const Line itself{slope, -slope * 8388608, -4194304};
  if (s.least >= 0 && -kReach <= start.hi && gives_words(s, itself, 0)) return itself;
  constexpr double kTries = 4000, kSlack = 4e-6;
  constexpr int kFew = 16;
  const Interval d = shifts(s, s.step);
  const double target = (d.lo + d.hi) / 2;  // the product's own rounding may make d.lo the greater
  const double middle = round_to_integer((start.lo + start.hi) / 2), last = std::min(start.hi, middle + kTries);
  int left = kFew;
  for (double at = middle; at < last && left > 0; ++at) {
    const double product = (kMagic + at) * s.step;
    const auto offset = static_cast<float>(target - product);
    const double found = product + static_cast<double>(offset);
    if (found < d.lo - kSlack || found > d.hi + kSlack) continue;
    const Line line{slope, offset, static_cast<int32_t>(at)};
    if (agrees_twice(s, line)) return line;
    --left;
  }
  return std::nullopt;
}

}  // namespace pare
