// Orders of axes: what adjust computes with. A permutation `perm` makes y's axis k of x's axis perm[k].
#pragma once

#include <vector>

#include "pare/tensor.hpp"

namespace pare {

using Perm = std::vector<int64_t>;

Perm identity_perm(size_t rank);
bool is_identity(const Perm& perm);
Perm inverse(const Perm& perm);
/// Transposing by `first`, then by `second`.
Perm compose(const Perm& first, const Perm& second);
/// True if transposing only moves axes of extent 1, so that the elements keep their order.
bool keeps_order(const Shape& shape, const Perm& perm);
/// For each element of the transposed array its index in the array of shape `shape`.
std::vector<int64_t> source_indices(const Shape& shape, const Perm& perm);
/// A transposed copy, of any element type.
Tensor transposed(const Tensor& x, const Perm& perm);

/// out[k] = values[perm[k]], for vectors and strings.
template <class V>
V permuted(const V& values, const Perm& perm) {
  V out;
  for (const int64_t axis : perm) out.push_back(values[static_cast<size_t>(axis)]);
  return out;
}

}  // namespace pare
