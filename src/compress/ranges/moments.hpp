// Extremes and sums of many values in one pass.
#pragma once

#include <limits>
#include <span>

#include "pare/compress.hpp"

namespace pare {

/// min and max pass over NaN and are infinite for no values; `squares` is not finite if any value is not.
struct Moments {
  float min = std::numeric_limits<float>::infinity(), max = -std::numeric_limits<float>::infinity();
  double sum = 0, squares = 0;
};

/// Sums are taken in double over every fourth value, then over these four, on every machine alike.
Moments moments_of(std::span<const float> values);

}  // namespace pare
