// The loops that the fast twins of the small int8 kernels share: rows of codes, and stacks of places.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>

#include "ops/requantize_fast.hpp"
#include "pare/numerics.hpp"
#include "pare/op.hpp"

namespace pare {

/// `count` codes of one or two operands and of the output. A step of 0 repeats the operand's first code. y may be an
/// operand that is not repeated.
struct RowS8 {
  const int8_t* a;
  const int8_t* b;
  int step_a, step_b;  ///< 0 or 1
  int8_t* y;
  int64_t count;
};

/// a + b or a - b of codes. Eq. 23a reads `inputs` (lanes 0 and 16 on: of a and of b), the zero points and left_shift;
/// Eq. 23b, as floor((a factor_a + b factor_b + offset) / 2^shift), the others.
struct SumS8 {
  RequantizeVectors requantize, inputs;
  int32_t zero_a, zero_b, left_shift;
  bool minus;
  int32_t factor_a, factor_b, offset, shift;

  /// Do the sums of Eq. 23b have 32 bits, with this offset?
  bool fits(int64_t with_offset) const {
    return 128 * (std::abs(int64_t{factor_a}) + std::abs(int64_t{factor_b})) + std::abs(with_offset) <= INT32_MAX;
  }
};

/// (a - zero_a) (b - zero_b), requantized by lanes 0 to 15.
struct ProductS8 {
  RequantizeVectors requantize;
  int32_t zero_a, zero_b;
};

/// Places x + i stride[0] + j stride[1] + k stride[2], (i, j, k) below `extent`, each of `channels` codes, which become
/// one place y. Vectors may read up to x_end, and write up to y_end what later stacks overwrite: stacks go in order.
struct StackS8 {
  const int8_t* x;
  const int8_t* x_end;
  int32_t extent[3];
  ptrdiff_t stride[3];
  int32_t channels;
  int8_t* y;
  int8_t* y_end;
};

/// Elements x + offset[r] + i of rows r < `rows`, for i < count.
template <class T>
struct ColumnsS8 {
  const T* x;
  const ptrdiff_t* offset;
  int32_t rows;
  int64_t count;
};

/// round_half_away((sum + outside) / count); |sum + outside| + count below 2^24, of words below 2^16.
struct AverageS8 {
  RequantizeVectors requantize;
  int32_t count, outside;
};

/// Of a sum: Eq. 25a reads sum_zero and lanes 0 to 15, Eq. 25b scale and offset.
struct MeanS8 {
  RequantizeVectors requantize;
  int32_t sum_zero;
  float scale, offset;
};

/// Codes of one scale. Those of uint8 are seen as int8: `flip` is then -128, the bits in which they differ, and the
/// zero point 128 less. `rule` is one of quantize_s8.h, for reals that become codes.
struct CodesS8 {
  float scale;
  int32_t zero_point;
  int32_t rule;
  int8_t flip;
};

inline constexpr int64_t kWordSlack = 64;

/// An instruction set's loops; all null if there are none.
struct LoopsS8 {
  void (*sum_fixed)(const RowS8& row, const SumS8& sum) = nullptr;  ///< Eq. 23a
  void (*sum_shift)(const RowS8& row, const SumS8& sum) = nullptr;  ///< Eq. 23b
  void (*product)(const RowS8& row, const ProductS8& product) = nullptr;
  /// y[i] = the greatest of column i, within the limits; the sum of column i.
  void (*maximum)(const ColumnsS8<int8_t>& x, const RequantizeVectors& limits, int8_t* y) = nullptr;
  void (*sum)(const ColumnsS8<int8_t>& x, int16_t* y) = nullptr;
  void (*sum_words)(const ColumnsS8<int16_t>& x, int16_t* y) = nullptr;
  /// Of sums, which may be read up to kWordSlack elements beyond the last.
  void (*average_words)(const int16_t* sums, const AverageS8& average, int8_t* y, int64_t count) = nullptr;
  void (*average)(const StackS8& stack, const AverageS8& average) = nullptr;
  void (*mean_fixed)(const StackS8& stack, const MeanS8& mean) = nullptr;  ///< Eq. 25a
  void (*mean_real)(const StackS8& stack, const MeanS8& mean) = nullptr;   ///< Eq. 25b
  /// y[i] = table[x[i] + 128], of 256 entries; x and y may be the same memory.
  void (*lookup)(const int8_t* x, const int8_t* table, int8_t* y, int64_t count) = nullptr;
  void (*quantize)(const float* x, const CodesS8& codes, int8_t* y, int64_t count) = nullptr;    ///< Eq. 12
  void (*dequantize)(const int8_t* q, const CodesS8& codes, float* y, int64_t count) = nullptr;  ///< Eq. 13
  Isa isa = Isa::Portable;  ///< whose they are
};
LoopsS8 loops_s8_avx2();
LoopsS8 loops_s8_avx512vnni();
LoopsS8 loops_s8_neon();

/// The loops for an instruction set, its own or those of its base.
LoopsS8 loops_s8(Isa isa);

/// As pack_requantize, for accumulators within +-bounds[k]; multiplier k of `r` stands in all lanes 16 k to 16 k + 15.
/// Null, too, if all accumulators give one code.
std::optional<RequantizePack> splat_requantize(const pare_requantize_args& r, std::span<const int64_t> bounds);

/// The vectors of a result that needs no multiplier, only its zero point and limits.
RequantizeVectors limits_only(int32_t zero_point, int32_t lo, int32_t hi);

}  // namespace pare
