// Requantization on vector units: what ops/requantize.hpp computes, laid out for simd_s8.inc.
#pragma once

#include <optional>
#include <span>

#include "ops/requantize.hpp"
#include "pare/tensor.hpp"

namespace pare {

/// One entry a channel. Of the fixed-point rules, all roundings together, with p = acc 2^left m:
///     q = floor((p + round' + [acc < 0] sign) / 2^31) >> right
/// where `low` and `round` hold the constants of the first and the second rounding (see requantize_fast.cpp).
struct RequantizeVectors {
  bool real = false;             ///< PARE_FLOAT_HALF_EVEN: `scale` alone is read; else all others
  const float* scale = nullptr;
  const int32_t* multiplier = nullptr;
  const int32_t* left = nullptr;   ///< a left shift, one more than the rule's
  const int32_t* right = nullptr;  ///< an arithmetic right shift
  const int32_t* round = nullptr;  ///< 2^(right - 1), or 0
  const int32_t* sign = nullptr;   ///< -1 where ties go away from zero, or 0
  const int32_t* low = nullptr;    ///< 2^31 where the product itself is rounded, or 0
  int16_t zero_point = 0;
  int8_t lo = -128, hi = 127;
};

/// The vectors of `r` for channels that stand in blocks: `groups` groups of `blocks` blocks of kChannelBlock, the last of
/// each group not full. `bounds` holds the largest |accumulator| of each channel.
/// Null if the vector code would not be exact: another rule, or an accumulator that could leave its 31 bits.
struct RequantizePack {
  Tensor table;  ///< owns what `vectors` points to
  RequantizeVectors vectors;
};
std::optional<RequantizePack> pack_requantize(const pare_requantize_args& r, std::span<const int64_t> bounds, int64_t groups);

/// Output channels stand in blocks of this many, whatever the instruction set.
inline constexpr int64_t kChannelBlock = 16;
inline int64_t channel_blocks(int64_t channels) { return (channels + kChannelBlock - 1) / kChannelBlock; }
/// Where channel c of `channels` in `groups` stands among padded channels.
inline int64_t padded_channel(int64_t c, int64_t channels, int64_t groups) {
  const int64_t per_group = channels / groups;
  return c / per_group * channel_blocks(per_group) * kChannelBlock + c % per_group;
}

}  // namespace pare
