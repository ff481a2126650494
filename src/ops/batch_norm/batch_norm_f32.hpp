// Float batch normalization.
#pragma once

#include <cstdint>

#include "io.h"

namespace pare {

/// Eq. 28 as y = factor_c x + offset_c on x [outer, channels, inner], factor and offset in double.
struct BatchNormF32Args {
  int64_t outer, channels, inner;
  const double* factor;
  const double* offset;
};

/// args: BatchNormF32Args; io->in[0] = x, io->out[0] = y.
void batch_norm_f32(const void* args, const pare_io* io);

}  // namespace pare
