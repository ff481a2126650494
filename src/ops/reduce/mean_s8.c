#include "mean_s8.h"

#include <stddef.h>

/* The sum of the reduced elements; x is the first of them. */
static int32_t sum_s8(const pare_mean_s8_args* a, const int8_t* x) {
  const int32_t *e = a->reduce, *s = a->reduce_stride;
  int32_t sum = 0, i, j, k;
  for (i = 0; i < e[0]; ++i)
    for (j = 0; j < e[1]; ++j)
      for (k = 0; k < e[2]; ++k) sum += x[(ptrdiff_t)i * s[0] + j * s[1] + k * s[2]];
  return sum;
}

/* Eq. 25b; two statements, so that no compiler makes one fused operation of them. */
static int32_t mean_float(const pare_mean_s8_args* a, int32_t sum) {
  const float product = (float)sum * a->scale;
  return pare_round_half_even_f32(product + a->offset);
}

/* Eq. 25a. */
static int32_t mean_fixed(const pare_mean_s8_args* a, int32_t sum) {
  return pare_multiply_fixed_double(sum - a->sum_zero, a->multiplier, a->exponent) + a->out_zero_point;
}

static int8_t mean_of(const pare_mean_s8_args* a, int32_t sum) {
  return (int8_t)pare_clamp(a->rule == PARE_MEAN_FLOAT ? mean_float(a, sum) : mean_fixed(a, sum), -128, 127);
}

void pare_mean_s8(const void* args, const pare_io* io) {
  const pare_mean_s8_args* a = (const pare_mean_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  const int32_t *e = a->keep, *s = a->keep_stride;
  int32_t i, j, k;
  for (i = 0; i < e[0]; ++i)
    for (j = 0; j < e[1]; ++j)
      for (k = 0; k < e[2]; ++k) *y++ = mean_of(a, sum_s8(a, x + ((ptrdiff_t)i * s[0] + j * s[1] + k * s[2])));
}
