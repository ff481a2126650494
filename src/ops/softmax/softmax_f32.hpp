// Float softmax: the reference.
#pragma once

#include <cstdint>

#include "io.h"

namespace pare {

/// Eq. 27 along the middle axis of x [outer, extent, inner].
struct SoftmaxF32Args {
  int64_t outer, extent, inner;
  float beta;
};

/// args: SoftmaxF32Args; io->in[0] = x, io->out[0] = y. Sums in double.
void softmax_f32(const void* args, const pare_io* io);

}  // namespace pare
