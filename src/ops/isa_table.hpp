// Kernels by instruction set.
#pragma once

#include <algorithm>
#include <cstddef>

#include "pare/numerics.hpp"

namespace pare {

/// The row whose member `isa` is `isa`, else its base's (base_of), down to Isa::Portable's, which is the first.
template <class Row, size_t kCount>
const Row& row_for(const Row (&rows)[kCount], Isa isa) {
  const auto find = [&] { return std::find_if(rows, rows + kCount, [&](const Row& row) { return row.isa == isa; }); };
  const Row* found = find();
  for (; found == rows + kCount && isa != Isa::Portable; found = find()) isa = base_of(isa);
  return found == rows + kCount ? rows[0] : *found;
}

}  // namespace pare
