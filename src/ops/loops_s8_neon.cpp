#if defined(__aarch64__)
#define PARE_LANES 4
#define PARE_VNNI 0
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/loops_s8.inc"
#include "ops/binary/binary_s8_fast.inc"
#include "ops/pool2d/pool2d_s8_fast.inc"
#include "ops/quantize/quantize_s8_fast.inc"
#include "ops/unary/unary_s8_fast.inc"
// clang-format on

namespace pare {

LoopsS8 loops_s8_neon() {
  return {sum_fixed,     sum_shift, product,    maximum,   sum_bytes, sum_words,    average_words,
          average,       mean_fixed, mean_real, lookup,    quantize_row, dequantize_row};
}

}  // namespace pare
#endif
