// Float dense layer: the reference, the equation as loops.
#pragma once

#include <array>

#include "io.h"

namespace pare {

/// Arguments of Eq. 22 in float32; weights [out_c, in_c]; bias null for none.
struct DenseF32Args {
  int rows, in_c, out_c;
  const float* weights;
  const float* bias;
  std::array<float, 2> limits;  ///< of the fused activation
};

/// args: DenseF32Args; io->in[0] = x [rows, in_c], io->out[0] = y [rows, out_c]. Sums in double.
void dense_f32(const void* args, const pare_io* io);

}  // namespace pare
