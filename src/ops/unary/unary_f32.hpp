// Float element-wise functions.
#pragma once

#include <array>
#include <cstdint>

#include "io.h"

namespace pare {

/// Arguments of Eq. 26 on `count` elements. `limits` of the clamps, `alpha` of leaky_relu.
struct UnaryF32Args {
  int64_t count;
  std::array<float, 2> limits;
  float alpha;
};

/// args: UnaryF32Args; io->in[0] = x, io->out[0] = y; in place if the two are the same.
void clamp_f32(const void* args, const pare_io* io);
void leaky_relu_f32(const void* args, const pare_io* io);
void logistic_f32(const void* args, const pare_io* io);
void tanh_f32(const void* args, const pare_io* io);

}  // namespace pare
