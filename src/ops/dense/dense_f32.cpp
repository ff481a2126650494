#include "ops/dense/dense_f32.hpp"

#include <algorithm>
#include <cstddef>

namespace pare {
namespace {

double dot(const float* x, const float* w, int count) {
  double sum = 0;
  for (int c = 0; c < count; ++c) sum += static_cast<double>(x[c]) * w[c];
  return sum;
}

}  // namespace

void dense_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const DenseF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  for (int row = 0; row < a.rows; ++row, x += a.in_c)
    for (int co = 0; co < a.out_c; ++co) {
      const double sum = dot(x, a.weights + static_cast<ptrdiff_t>(co) * a.in_c, a.in_c);
      *y++ = std::clamp(static_cast<float>(sum + (a.bias ? a.bias[co] : 0.0f)), a.limits[0], a.limits[1]);
    }
}

}  // namespace pare
