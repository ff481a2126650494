/* int8 softmax along the last axis. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_SOFTMAX_S8_H
#define PARE_OPS_SOFTMAX_S8_H

#include <stdint.h>

#include "io.h"

/* With d_i = x_i - max x of the row, e_i = e^(beta s_x d_i) in Q0.31 (Eq. 18) of d_i * multiplier * 2^(exponent - 31)
 * taken as Q5.26, and S = sum of e_i, each rounded to Q12.19:
 * y_i = clamp(round_half_away(2^8 e_i / S) - 128, -128, 127), where 1 / S is Eq. 19 after S is shifted to [1, 2);
 * y_i = -128 where d_i < diff_min, and such e_i are not summed.                                             (Eq. 27a)
 * x, y: int8 [rows, depth]; y has scale 1/256, zero point -128. depth <= 4095. Where S >= 512 the
 * runtimes abort; here y = -128. */
typedef struct {
  int32_t rows, depth;
  int32_t multiplier, exponent;
  int32_t diff_min;
} pare_softmax_s8_args;

/* With t_i = table[max x - x_i], float32, and S = t_0 + t_1 + ... in float32, in this order:
 * y_i = clamp(trunc(t_i * (1 / (S s_y)) + 1/2) + z_y, -128, 127)                                            (Eq. 27b)
 * x, y: int8 [rows, depth]; table: float32 [256], table[k] = e^(-beta s_x k). */
typedef struct {
  int32_t rows, depth;
  const float* table;
  float out_scale;
  int32_t out_zero_point;
} pare_softmax_table_s8_args;

/* args: pare_softmax_s8_args or pare_softmax_table_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_softmax_s8(const void* args, const pare_io* io);
PARE_C void pare_softmax_table_s8(const void* args, const pare_io* io);

#endif
