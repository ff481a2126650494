// Requantization on vector units: what ops/requantize.hpp computes, laid out for simd_s8.inc.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "ops/requantize.hpp"
#include "pare/tensor.hpp"

namespace pare {

/// How a block of channels is requantized: by the fixed-point rule (requantize_fast.cpp), by PARE_FLOAT_HALF_EVEN itself, or by
/// a form that gives the same codes (requantize_forms.hpp). Any: blocks differ.
enum class Rule : uint8_t { Fixed, Real, Float, Line, Twice, Any };

/// One entry a channel, and one a block for `rule`. Rule::Fixed does all roundings together: with p = acc 2^left m
///     q = floor((p + round' + [acc < 0] sign) / 2^31) >> right
/// where `low` and `round` hold the constants of the first and the second rounding (see requantize_fast.cpp).
struct RequantizeVectors {
  const Rule* rule = nullptr;
  const float* scale = nullptr;  ///< of Real and Float; of Line and Twice, the slope
  const float* nudge = nullptr;  ///< of Float; of Line and Twice, the offset
  const int32_t* start = nullptr;  ///< what sums have to begin with beside the bias; not 0 for Line and Twice
  const int32_t* multiplier = nullptr;
  const int32_t* left = nullptr;   ///< a left shift, one more than the rule's
  const int32_t* right = nullptr;  ///< an arithmetic right shift
  const int32_t* round = nullptr;  ///< 2^(right - 1), or 0
  const int32_t* sign = nullptr;   ///< -1 where ties go away from zero, or 0
  const int32_t* low = nullptr;    ///< 2^31 where the product itself is rounded, or 0
  int16_t zero_point = 0;
  int8_t lo = -128, hi = 127;
};

/// What the accumulator of one output channel can be: it begins at the bias, and each weight adds w (q - z).
struct AccumulatorRange {
  int64_t lo = 0, hi = 0;
  void add(int8_t w, int32_t zero_point) {
    const int64_t a = int64_t{w} * (-128 - zero_point), b = int64_t{w} * (127 - zero_point);
    lo += std::min(a, b);
    hi += std::max(a, b);
  }
};

/// The vectors for some channels. A channel whose output is one code whatever its inputs (a dead one, say, whose bias
/// is beyond all else) has its `constant`, and must be given no weights and this value as its bias.
struct RequantizePack {
  Tensor table;  ///< owns what `vectors` points to
  RequantizeVectors vectors;
  std::vector<Rule> rules;  ///< likewise
  std::vector<std::optional<int32_t>> constant;
};
/// The vectors of `r` for channels that stand in blocks: `groups` groups of blocks of kChannelBlock, the last of each
/// group not full. One range a channel. `lines`: may blocks be Rule::Line or Twice? Null if the vector code would not be exact:
/// another rule, or an accumulator that could leave its 31 bits.
std::optional<RequantizePack> pack_requantize(const pare_requantize_args& r, std::span<const AccumulatorRange> ranges,
                                              int64_t groups, bool lines = false);

/// Output channels stand in blocks of this many, whatever the instruction set.
inline constexpr int64_t kChannelBlock = 16;
/// So many blocks are often computed together: they have one rule if there is one for all.
inline constexpr int64_t kRuleBlocks = 4;
inline int64_t channel_blocks(int64_t channels) { return (channels + kChannelBlock - 1) / kChannelBlock; }
/// Where channel c of `channels` in `groups` stands among padded channels.
inline int64_t padded_channel(int64_t c, int64_t channels, int64_t groups) {
  const int64_t per_group = channels / groups;
  return c / per_group * channel_blocks(per_group) * kChannelBlock + c % per_group;
}

}  // namespace pare
