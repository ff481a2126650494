// Kernels by instruction set.
#pragma once

#include <algorithm>
#include <cstddef>

#include "pare/numerics.hpp"

namespace pare {

/// The row whose member `isa` is `isa`, else the first, which stands for Isa::Portable.
template <class Row, size_t kCount>
const Row& row_for(const Row (&rows)[kCount], Isa isa) {
  const Row* found = std::find_if(rows, rows + kCount, [&](const Row& row) { return row.isa == isa; });
  return found == rows + kCount ? rows[0] : *found;
}

}  // namespace pare
