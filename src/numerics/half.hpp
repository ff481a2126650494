// The 16-bit floats, as reals.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace pare {

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
inline float real_of_half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

/// bfloat16: the upper half of a float.
inline float real_of_bfloat16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

}  // namespace pare
