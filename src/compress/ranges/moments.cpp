// Problem: calibration looks at every element of every activation; a float network computes an element in less time than
// a chain of scalar comparisons takes. Idea: four elements at a time in vector types, which the compiler maps to whatever
// the machine has. A reduction written as a loop over scalars is not vectorized, since its order is part of its meaning.
#include "compress/ranges/moments.hpp"

#include <cstring>

namespace pare {
namespace {

constexpr size_t kLanes = 4;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));

/// Four lanes of Moments.
struct Lanes {
  Floats min, max;
  Doubles sum{}, squares{};

  Lanes() {
    const Moments none;
    for (size_t k = 0; k < kLanes; ++k) min[k] = none.min, max[k] = none.max;
  }

  void add(const float* values) {
    Floats x;
    std::memcpy(&x, values, sizeof x);
    min = x < min ? x : min;
    max = x > max ? x : max;
    const Doubles wide = __builtin_convertvector(x, Doubles);
    sum += wide;
    squares += wide * wide;
  }

  void add_one(size_t lane, float x) {
    if (x < min[lane]) min[lane] = x;
    if (x > max[lane]) max[lane] = x;
    sum[lane] += x;
    squares[lane] += static_cast<double>(x) * x;
  }

  Moments all() const {
    Moments m;
    for (size_t k = 0; k < kLanes; ++k) {
      m.min = min[k] < m.min ? min[k] : m.min;
      m.max = max[k] > m.max ? max[k] : m.max;
    }
    m.sum = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    m.squares = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    return m;
  }
};

}  // namespace

Moments moments_of(std::span<const float> values) {
  Lanes lanes;
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) lanes.add(values.data() + i);
  for (size_t k = 0; i + k < values.size(); ++k) lanes.add_one(k, values[i + k]);
  return lanes.all();
}

}  // namespace pare
