/* Rounding and fixed-point multiplication. Every conversion from a real or a wide integer to a narrow integer
 * happens here, so that a tie is broken alike in the interpreter, in written files and in generated C. C99; this
 * text is copied into generated projects. Equation numbers refer to docs/numerics.md. */
#ifndef PARE_NUMERICS_ROUNDING_H
#define PARE_NUMERICS_ROUNDING_H

#include <math.h>
#include <stdint.h>

/* Right shifts of negative numbers must be arithmetic: stated once, checked by the compiler. */
typedef char pare_arithmetic_shift[((int64_t)-1 >> 1) == -1 ? 1 : -1];

/* Eq. 1: clamp(x, lo, hi). */
static inline int32_t pare_clamp(int32_t x, int32_t lo, int32_t hi) { return x < lo ? lo : x > hi ? hi : x; }

/* Eq. 2: nearest integer, ties away from zero. */
static inline double pare_round_half_away(double x) { return x < 0 ? ceil(x - 0.5) : floor(x + 0.5); }

/* Eq. 3: nearest integer, ties to the even neighbour. Exact for |x| < 2^52. */
static inline double pare_round_half_even(double x) {
  const double down = floor(x);
  const double rest = x - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1.0;
  return fmod(down, 2.0) == 0.0 ? down : down + 1.0;
}

/* Eq. 4: the same in float32, by adding and taking away 1.5 * 2^23; |x| must be below 2^22 (larger ones are clamped:
 * they saturate any 8- or 16-bit output all the same). Compile with -ffp-contract=off. */
static inline int32_t pare_round_half_even_f32(float x) {
  if (x > 4194303.0f) return 4194303;
  if (x < -4194303.0f) return -4194303;
  return (int32_t)((x + 12582912.0f) - 12582912.0f);
}

/* Eq. 5: saturating rounding doubling high multiply: trunc((2 a b + nudge) / 2^32) as gemmlowp defines it, which is
 * floor((a b + 2^30) / 2^31) for both signs; the one overflow, a = b = -2^31, saturates. */
static inline int32_t pare_doubling_high_multiply(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* Eq. 6: x / 2^shift, ties away from zero; shift in [0, 31]. */
static inline int32_t pare_shift_half_away(int32_t x, int32_t shift) {
  const int32_t mask = (int32_t)(((int64_t)1 << shift) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0);
  return (x >> shift) + ((x & mask) > threshold);
}

/* Eq. 7 (fixed_double): x * m * 2^(e - 31) in two roundings: first a left shift by e > 0, then Eq. 5, then Eq. 6 by
 * -e. The left shift wraps modulo 2^32, as the runtimes' int32 does. */
static inline int32_t pare_multiply_fixed_double(int32_t x, int32_t m, int32_t e) {
  const int32_t left = e > 0 ? e : 0;
  const int32_t right = e > 0 ? 0 : -e;
  return pare_shift_half_away(pare_doubling_high_multiply((int32_t)((uint32_t)x << left), m), right);
}

/* Eq. 8 (fixed_single): floor(x * m * 2^(e - 31) + 1/2) in one rounding; e in [-31, 30]. */
static inline int32_t pare_multiply_fixed_single(int32_t x, int32_t m, int32_t e) {
  const int32_t shift = 31 - e;
  return (int32_t)(((int64_t)x * m + ((int64_t)1 << (shift - 1))) >> shift);
}

/* Eq. 9 (exact_away): x * m * 2^(e - 31) in one rounding, ties away from zero; e in [-31, 30]. */
static inline int32_t pare_multiply_exact_away(int32_t x, int32_t m, int32_t e) {
  const int32_t shift = 31 - e;
  const int64_t product = (int64_t)x * m;
  const int64_t half = (int64_t)1 << (shift - 1);
  return (int32_t)((product + half - (product < 0)) >> shift);
}

/* Integer quotient sum / count, ties away from zero; count > 0, |sum| + count below 2^31. */
static inline int32_t pare_divide_half_away(int32_t sum, int32_t count) {
  return (sum < 0 ? sum - count / 2 : sum + count / 2) / count;
}

/* x cut to an integer toward zero; |x| is limited to 2^22, beyond which any 8- or 16-bit output saturates. */
static inline int32_t pare_truncate_f32(float x) {
  return (int32_t)(x > 4194304.0f ? 4194304.0f : x < -4194304.0f ? -4194304.0f : x);
}

#endif
