#include "ops/peak_fast.hpp"

#include <utility>

#include "ops/amx.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace pare {

// clang-format off
// A function `name` whose loop is kPeakSums times the assembler `text` on %0 the sum, %1 a scratch, %2 and %3 inputs.
#define PARE_PEAK_LOOP(name, features, Vector, kind, text)                               \
  __attribute__((target(features))) void name(int64_t steps) {                           \
    Vector sum[kPeakSums] = {}, scratch = {};                                            \
    const Vector x = Vector{} + 1, w = Vector{} + 2;                                     \
    for (int64_t step = 0; step < steps; ++step) {                                       \
      _Pragma("GCC unroll 16") for (int i = 0; i < kPeakSums; ++i)                       \
        asm volatile(text : "+" kind(sum[i]), "+" kind(scratch) : kind(x), kind(w));     \
    }                                                                                    \
  }
// clang-format on

#if defined(__x86_64__)
PARE_PEAK_LOOP(peak_vnni512, "avx512f,avx512vnni", __m512i, "v", "vpdpbusd %3, %2, %0")
PARE_PEAK_LOOP(peak_vnni256, "avx2,avxvnni", __m256i, "x", "%{vex%} vpdpbusd %3, %2, %0")
PARE_PEAK_LOOP(peak_words256, "avx2", __m256i, "x", "vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0")

template <int... kProducts>
PARE_AMX inline void amx_products(AmxTiles& amx, std::integer_sequence<int, kProducts...>) {
  (amx.dot<kProducts % 6, 6, 7>(), ...);
}
PARE_AMX void peak_amx(int64_t steps) {
  AmxTiles amx;
  amx.configure(whole_tiles());
  for (int64_t step = 0; step < steps; step += kAmxRows) amx_products(amx, std::make_integer_sequence<int, kPeakSums>());
  amx.release();
}

PARE_PEAK_LOOP(peak_float512, "avx512f", __m512, "v", "vfmadd231ps %3, %2, %0")
PARE_PEAK_LOOP(peak_float256, "avx2,fma", __m256, "x", "vfmadd231ps %3, %2, %0")
#elif defined(__aarch64__)
PARE_PEAK_LOOP(peak_dot128, "arch=armv8.2-a+dotprod", int32x4_t, "w", "sdot %0.4s, %2.16b, %3.16b")
PARE_PEAK_LOOP(peak_bytes128, "+simd", int32x4_t, "w", "smull %1.8h, %2.8b, %3.8b\n\tsadalp %0.4s, %1.8h")
PARE_PEAK_LOOP(peak_float128, "+simd", float32x4_t, "w", "fmla %0.4s, %2.4s, %3.4s")
#endif

}  // namespace pare
