// Float element-wise operators of two operands.
#pragma once

#include <array>
#include <cstdint>

#include "io.h"
#include "ops/binary/binary.hpp"

namespace pare {

inline constexpr int kBinaryRank = 8;

struct BinaryF32Args;
/// A row of y along its last axis; a and b at their first elements.
using BinaryRowF32 = void (*)(const BinaryF32Args& args, const float* a, const float* b, float* y);
BinaryRowF32 binary_row_f32_avx2(Binary::Kind kind);
BinaryRowF32 binary_row_f32_avx512(Binary::Kind kind);
BinaryRowF32 binary_row_f32_neon(Binary::Kind kind);

/// Arguments of Eq. 23: y has `rank` >= 1 axes of `extent`; an operand steps by its stride along each, 0 where it is
/// repeated. An operand that is not a constant (null here) is the next run-time operand.
struct BinaryF32Args {
  int rank;
  int64_t extent[kBinaryRank], stride_a[kBinaryRank], stride_b[kBinaryRank];
  const float* a;
  const float* b;
  std::array<float, 2> limits;  ///< of the fused activation
  BinaryRowF32 row = nullptr;   ///< on vector units, the same bits; null: a loop
};

/// args: BinaryF32Args; io->in = the operands that are no constants, io->out[0] = y; in place if y is an operand that
/// is not repeated.
void add_f32(const void* args, const pare_io* io);
void sub_f32(const void* args, const pare_io* io);
void mul_f32(const void* args, const pare_io* io);
void div_f32(const void* args, const pare_io* io);

}  // namespace pare
