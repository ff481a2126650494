/* Requantization: an int32 accumulator to an int8 code, by a named rule. C99; copied into generated projects. */
#ifndef PARE_NUMERICS_REQUANTIZE_H
#define PARE_NUMERICS_REQUANTIZE_H

#include "rounding.h"

/* The rules that an accumulator of convolution, dense, mul and mean may be requantized by (docs/numerics.md). */
enum {
  PARE_FIXED_DOUBLE = 0,   /* Eq. 7 */
  PARE_FIXED_SINGLE = 1,   /* Eq. 8 */
  PARE_EXACT_AWAY = 2,     /* Eq. 9 */
  PARE_FLOAT_HALF_EVEN = 3 /* Eq. 10: round_half_even(float32(acc) * scale) */
};

/* One output tensor's requantization. `channels` is 1 or the number of output channels; channel c of an array that
 * has 1 entry is entry 0. The fixed rules read multiplier (Q0.31) and exponent, the float rule reads scale; the other
 * arrays may be null. Codes are clamped to [lo, hi] after the zero point is added. */
typedef struct {
  int32_t rule;
  int32_t channels;
  const int32_t* multiplier;
  const int32_t* exponent;
  const float* scale;
  int32_t zero_point;
  int32_t lo;
  int32_t hi;
} pare_requantize_args;

/* Eq. 11: clamp(rule(acc * M_c) + zero_point, lo, hi). */
static inline int8_t pare_requantize(int32_t acc, int32_t channel, const pare_requantize_args* r) {
  const int32_t c = r->channels > 1 ? channel : 0;
  int32_t q;
  switch (r->rule) {
    case PARE_FLOAT_HALF_EVEN: q = pare_round_half_even_f32((float)acc * r->scale[c]); break;
    case PARE_FIXED_SINGLE: q = pare_multiply_fixed_single(acc, r->multiplier[c], r->exponent[c]); break;
    case PARE_EXACT_AWAY: q = pare_multiply_exact_away(acc, r->multiplier[c], r->exponent[c]); break;
    default: q = pare_multiply_fixed_double(acc, r->multiplier[c], r->exponent[c]); break;
  }
  /* |q| < 2^31 - 256 holds for every scale below 2^7; larger ones saturate in 64 bits. */
  return (int8_t)pare_clamp((int32_t)pare_clamp(q, -0x3fffffff, 0x3fffffff) + r->zero_point, r->lo, r->hi);
}

#endif
