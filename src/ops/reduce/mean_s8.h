/* int8 mean over axes. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_MEAN_S8_H
#define PARE_OPS_MEAN_S8_H

#include "io.h"
#include "rounding.h"

/* How the sum S of the codes x[i, j], over the reduced axes j, becomes a code. */
enum {
  PARE_MEAN_FIXED_DOUBLE = 0, /* Eq. 25a */
  PARE_MEAN_FLOAT = 1         /* Eq. 25b */
};

/* With n reduced elements, and i over the kept axes:
 * fixed_double: y[i] = clamp(D(S_i - sum_zero) + out_zero_point), D = Eq. 7 with multiplier, exponent      (Eq. 25a)
 * float:        y[i] = clamp(round_half_even(S_i * scale + offset)), each operation in float32             (Eq. 25b)
 * to [-128, 127]. sum_zero = n z_x; the factors s_x / (s_y n) and, of the float rule, offset = z_y - n z_x scale.
 * Neighbouring axes of one sort are one axis, so a tensor of rank 5 has at most three of each sort; unused ones have
 * extent 1. Strides are those of x, in elements. The output holds the kept axes in their order. */
typedef struct {
  int32_t keep[3], keep_stride[3];
  int32_t reduce[3], reduce_stride[3];
  int32_t rule;
  int32_t sum_zero, multiplier, exponent, out_zero_point;
  float scale, offset;
} pare_mean_s8_args;

/* args: pare_mean_s8_args; io->in[0] = x, io->out[0] = y; no scratch. At most 2^22 elements are reduced to one. */
PARE_C void pare_mean_s8(const void* args, const pare_io* io);

#endif
