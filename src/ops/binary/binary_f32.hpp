// Float element-wise operators of two operands.
#pragma once

#include <array>
#include <cstdint>

#include "io.h"

namespace pare {

inline constexpr int kBinaryRank = 8;

/// Arguments of Eq. 23: y has `rank` >= 1 axes of `extent`; an operand steps by its stride along each, 0 where it is
/// repeated. An operand that is not a constant (null here) is the next run-time operand.
struct BinaryF32Args {
  int rank;
  int64_t extent[kBinaryRank], stride_a[kBinaryRank], stride_b[kBinaryRank];
  const float* a;
  const float* b;
  std::array<float, 2> limits;  ///< of the fused activation
};

/// args: BinaryF32Args; io->in = the operands that are no constants, io->out[0] = y; in place if y is an operand that
/// is not repeated.
void add_f32(const void* args, const pare_io* io);
void sub_f32(const void* args, const pare_io* io);
void mul_f32(const void* args, const pare_io* io);
void div_f32(const void* args, const pare_io* io);

}  // namespace pare
