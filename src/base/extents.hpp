// Shapes from files, before anything is computed from them.
#pragma once

#include "pare/tensor.hpp"

namespace pare {

/// More elements than any model or sample has; products of fewer, times bytes and channels, stay far from 2^63.
inline constexpr int64_t kMostElements = int64_t{1} << 48;

/// Is no extent negative, and the product of those that are not 0 at most kMostElements?
inline bool countable(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 0 || extent > kMostElements / count) return false;
    if (extent > 0) count *= extent;
  }
  return true;
}

}  // namespace pare
