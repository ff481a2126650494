#include "compress/passes/axes.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace pare {

Perm identity_perm(size_t rank) {
  Perm perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  return perm;
}

bool is_identity(const Perm& perm) { return perm == identity_perm(perm.size()); }

Perm inverse(const Perm& perm) {
  Perm inv(perm.size());
  for (size_t k = 0; k < perm.size(); ++k) inv[static_cast<size_t>(perm[k])] = static_cast<int64_t>(k);
  return inv;
}

Perm compose(const Perm& first, const Perm& second) { return permuted(first, second); }

bool keeps_order(const Shape& shape, const Perm& perm) {
  int64_t last = -1;
  for (const int64_t axis : perm) {
    if (shape[static_cast<size_t>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

std::vector<int64_t> source_indices(const Shape& shape, const Perm& perm) {
  Shape stride(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) stride[i - 1] = stride[i] * shape[i];
  const Shape extents = permuted(shape, perm), strides = permuted(stride, perm);
  std::vector<int64_t> indices(static_cast<size_t>(count_of(shape)));
  Shape at(shape.size(), 0);
  int64_t source = 0;
  for (int64_t& index : indices) {
    index = source;
    for (size_t k = at.size(); k-- > 0;) {
      source += strides[k];
      if (++at[k] < extents[k]) break;
      source -= strides[k] * extents[k];
      at[k] = 0;
    }
  }
  return indices;
}

Tensor transposed(const Tensor& x, const Perm& perm) {
  Tensor y(x.type(), permuted(x.shape(), perm));
  const auto size = static_cast<size_t>(bytes_of(x.type()));
  std::byte* to = y.data_for_edit();
  for (const int64_t index : source_indices(x.shape(), perm)) {
    std::memcpy(to, x.data() + static_cast<size_t>(index) * size, size);
    to += size;
  }
  return y;
}

}  // namespace pare
