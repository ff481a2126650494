/* int8 dense layer. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_DENSE_S8_H
#define PARE_OPS_DENSE_S8_H

#include "io.h"
#include "requantize.h"

/* y[r, co] = requantize_co(bias[co] + sum over ci of (x[r, ci] - z) * w[co, ci])                             (Eq. 22)
 * x: int8 [rows, in_c]; y: int8 [rows, out_c]; w: int8 [out_c, in_c] in [-127, 127], symmetric, one scale or one an
 * output channel; bias: int32 [out_c], null for none; z: the input's zero point. */
typedef struct {
  int32_t rows, in_c, out_c;
  int32_t in_zero_point;
  const int8_t* weights;
  const int32_t* bias;
  pare_requantize_args requantize;
} pare_dense_s8_args;

/* args: pare_dense_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_dense_s8(const void* args, const pare_io* io);

#endif
