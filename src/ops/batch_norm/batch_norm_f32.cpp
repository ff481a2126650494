#include "ops/batch_norm/batch_norm_f32.hpp"

namespace pare {

void batch_norm_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const BatchNormF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  for (int64_t o = 0; o < a.outer; ++o)
    for (int64_t c = 0; c < a.channels; ++c, x += a.inner, y += a.inner)
      for (int64_t i = 0; i < a.inner; ++i) y[i] = static_cast<float>(a.factor[c] * x[i] + a.offset[c]);
}

}  // namespace pare
