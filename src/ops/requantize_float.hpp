// A float form of the fixed-point rules, proved channel by channel.
#pragma once

#include <optional>

#include "ops/requantize_fast.hpp"

namespace pare {

/// q = round_half_even((float32(acc) + copysign(nudge, acc)) scale), the product and the sum with 1.5 2^23 in one rounding.
struct FloatForm {
  float scale = 0, nudge = 0;
};

/// Constants by which channel c of a fixed-point rule is computed in float, with the same codes for every accumulator in
/// `range`; null if none were found.
///
/// fixed_double (Eq. 7) with M = m 2^(e-31) and e <= 0 gives at least the code k if acc >= (k - 1/2) / M - delta for a
/// positive, + delta for a negative sum, with delta = 2^(e-1) / M: hence the nudge. Float32 has too few bits for delta
/// itself; but rule and float form are both monotone in acc, so they are equal if they are at the at most 255 places where
/// the code changes. A nudge between what all of these ask for is looked for, for some neighbours of M in float32.
std::optional<FloatForm> float_form(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range);

}  // namespace pare
