// Quantize and dequantize of any integer type, per tensor or per channel: the reference.
#pragma once

#include "pare/tensor.hpp"

#include "io.h"

namespace pare {

/// Arguments of Eq. 12 and 13 on a tensor [outer, channels, inner]; scale and zero point of each channel.
struct CodesArgs {
  int64_t outer, channels, inner;
  const float* scale;
  const int32_t* zero_point;
  int32_t rule;  ///< of quantize: PARE_DIVIDE_HALF_AWAY, ... (quantize_s8.h)
};

/// args: CodesArgs; io->in[0] = x float32, io->out[0] = q. The quotient x / s is taken in float32, as runtimes do.
/// Null for a type that holds no codes.
pare_kernel quantize_kernel(DType type);
/// args: CodesArgs; io->in[0] = q, io->out[0] = x float32: s (q - z) in float32. Null as above.
pare_kernel dequantize_kernel(DType type);

}  // namespace pare
