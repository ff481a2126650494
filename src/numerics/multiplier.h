/* From scales to the integers of a kernel: computed once, when a network is prepared, never on the device. C99. */
#ifndef PARE_NUMERICS_MULTIPLIER_H
#define PARE_NUMERICS_MULTIPLIER_H

#include <stdint.h>

#include "io.h"

/* Whose integer arithmetic is meant; the values are those of pare::Arithmetic. */
enum { PARE_TFLM = 1, PARE_LITERT = 2, PARE_LITERT_REF = 3, PARE_ST = 4 };

/* Of conversions between codes, sums and tables, `st` has no rule of its own: it takes those of `litert`. */
static inline int pare_is_litert(int32_t arithmetic) { return arithmetic == PARE_LITERT || arithmetic == PARE_ST; }

/* An int8 tensor's encoding: x = scale * (q - zero_point); scale > 0, zero_point in [-128, 127]. */
typedef struct {
  float scale;
  int32_t zero_point;
} pare_affine;

/* A real factor as multiplier * 2^(exponent - 31). */
typedef struct {
  int32_t multiplier;
  int32_t exponent;
} pare_fixed;

/* Eq. 17: M = f 2^e with f in [0.5, 1); multiplier = round_half_away(f 2^31), and 2^31 becomes 2^30 with e + 1.
 * M below 2^-32 (e < -31) gives {0, 0}; M of 2^30 or more (e > 30) saturates at {2^31 - 1, 30}. M >= 0. */
PARE_C pare_fixed pare_fixed_of(double m);

/* Eq. 17 folded with 1/n, for a mean of n >= 1 codes: with k = min(floor(log2 n), 32, 31 + e),
 * multiplier' = trunc(multiplier 2^k / n), e' = e - k. The factor saves the division of a sum by n. */
PARE_C pare_fixed pare_fixed_mean(pare_fixed m, int32_t n);

/* The two factors of an addition as integers of 20 or 21 bits with a common right shift (Eq. 23b):
 * a = round_half_even(|r_a| 2^shift), shift = 20 - floor(log2 max(|r_a|, |r_b|)). valid is 0 if a ratio or the shift
 * leaves the range in which `litert` uses this form: max(r_a, r_b) in [2^-10, 2^8). */
typedef struct {
  int32_t a, b;
  int32_t shift;
  int32_t valid;
} pare_sum_factors;
PARE_C pare_sum_factors pare_sum_factors_of(float ratio_a, float ratio_b);

#endif
