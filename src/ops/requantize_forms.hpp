// Forms of the requantization rules in float, each proved channel by channel to give the rule's codes.
//
// A rule and a form are monotone in the accumulator, so they are equal if they are at the at most 255 places where the code
// changes. For each of them the rule's last accumulator of one code and the first of the next are found; a form's constants
// must lead the one below, and the other not below, half a code.
#pragma once

#include <bit>
#include <optional>

#include "ops/requantize_fast.hpp"

namespace pare {

/// q = round_half_even((float32(acc) + copysign(nudge, acc)) scale), the product and the sum with 1.5 2^23 in one rounding;
/// whether the zero point is added before or after that.
///
/// fixed_double (Eq. 7) with M = m 2^(e-31) and e <= 0 gives at least the code k if acc >= (k - 1/2) / M - delta for a
/// positive, + delta for a negative sum, with delta = 2^(e-1) / M: hence the nudge. Float32 has too few bits for delta
/// itself; a nudge between what all places ask for is looked for, for some neighbours of M in float32.
struct FloatForm {
  float scale = 0, nudge = 0;
};

/// 1.5 2^23, and its bits as a float: with an integer of at most 2^22 added, they are the float of the sum.
inline constexpr int32_t kLineOrigin = 12582912;
inline constexpr int32_t kLineBits = std::bit_cast<int32_t>(static_cast<float>(kLineOrigin));

/// With real = float_of_bits(kLineBits + start + acc), which costs nothing as sums begin at kLineBits + start:
///     a line      q + z = bits(fma(real, slope, offset)) - kLineBits     rounds once
///     twice       q     = round_half_even(fma(real, slope, offset))      rounds the product to float first
/// A line's result is near 1.5 2^23, so that rounding gives an integer. Codes fit into 16 bits for all accumulators.
struct Line {
  float slope = 0, offset = 0;
  int32_t start = 0;
};

/// The forms of channel c of a rule for every accumulator in `range`, after the clamp; null if none was found. What decides is
/// exact in double, so each is a proof.
///
/// Of a fixed-point rule.
std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range);

/// With d = (1.5 2^23 + start) slope + offset - 1.5 2^23 - z a line gives acc slope + d, rounded, and its codes are right if
///     first_k slope + d > k - z - 1/2 > (first_k - 1) slope + d     for every code k, whose first accumulator is first_k:
/// an interval for d. `offset` is an integer; but there are thousands of them, each with a `start` that gives a d to within a
/// slope. Beyond the codes' accumulators the line goes on, monotone: bits beyond 2^24 stand for larger floats, bits below 2^23
/// for smaller ones. A rule that rounds halves away from zero, and twice, has no line where there are codes on both sides of
/// zero: it needs another d on each.
std::optional<Line> line_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range);

/// Of PARE_FLOAT_HALF_EVEN, whose product is rounded too, and then may be half a code. With 1.5 2^23 + start = 2^23 and
/// offset = -2^23 slope, which is exact, it is that product, if the accumulators that matter are not negative; else a `start`
/// is looked for that leaves little.
std::optional<Line> twice_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range);

}  // namespace pare
