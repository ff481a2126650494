// Requantization on vector units: what ops/requantize.hpp computes, laid out for simd_s8.inc.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "ops/requantize.hpp"
#include "pare/tensor.hpp"

namespace pare {

/// One entry a channel. PARE_FLOAT_HALF_EVEN reads `scale` alone. A block of channels of a fixed-point rule that has a
/// float form (requantize_float.hpp) reads `scale` and `nudge`. Else all roundings are done together, with
/// p = acc 2^left m:   q = floor((p + round' + [acc < 0] sign) / 2^31) >> right
/// where `low` and `round` hold the constants of the first and the second rounding (see requantize_fast.cpp).
struct RequantizeVectors {
  bool real = false;  ///< PARE_FLOAT_HALF_EVEN
  const float* scale = nullptr;
  const float* nudge = nullptr;
  const uint8_t* as_float = nullptr;  ///< one entry a block: has it a float form?
  /// The codes of all float forms, before the clamp, have 16 bits with the zero point, which is even.
  bool as_words = false;
  /// as_words; and negative sums are clamped to the zero point, also if the nudge is added to them.
  bool positive = false;
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
  std::vector<uint8_t> as_float;  ///< likewise
  std::vector<std::optional<int32_t>> constant;
};
/// The vectors of `r` for channels that stand in blocks: `groups` groups of blocks of kChannelBlock, the last of each
/// group not full. One range a channel. Null if the vector code would not be exact: another rule, or an accumulator
/// that could leave its 31 bits.
std::optional<RequantizePack> pack_requantize(const pare_requantize_args& r, std::span<const AccumulatorRange> ranges,
                                              int64_t groups);

/// Output channels stand in blocks of this many, whatever the instruction set.
inline constexpr int64_t kChannelBlock = 16;
inline int64_t channel_blocks(int64_t channels) { return (channels + kChannelBlock - 1) / kChannelBlock; }
/// Where channel c of `channels` in `groups` stands among padded channels.
inline int64_t padded_channel(int64_t c, int64_t channels, int64_t groups) {
  const int64_t per_group = channels / groups;
  return c / per_group * channel_blocks(per_group) * kChannelBlock + c % per_group;
}

}  // namespace pare
