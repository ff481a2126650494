#include "ops/softmax/softmax_f32.hpp"

#include <algorithm>
#include <cmath>

namespace pare {
namespace {

// One softmax over the elements x[0], x[stride], ...
void softmax_one(const SoftmaxF32Args& a, const float* x, float* y) {
  float greatest = x[0];
  for (int64_t i = 1; i < a.extent; ++i) greatest = std::max(greatest, x[i * a.inner]);
  double sum = 0;
  for (int64_t i = 0; i < a.extent; ++i) {
    y[i * a.inner] = std::exp(a.beta * (x[i * a.inner] - greatest));
    sum += y[i * a.inner];
  }
  for (int64_t i = 0; i < a.extent; ++i) y[i * a.inner] = static_cast<float>(y[i * a.inner] / sum);
}

}  // namespace

void softmax_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const SoftmaxF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  const int64_t block = a.extent * a.inner;
  for (int64_t o = 0; o < a.outer; ++o)
    for (int64_t i = 0; i < a.inner; ++i) softmax_one(a, x + o * block + i, y + o * block + i);
}

}  // namespace pare
