/* int8 mean over axes. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_MEAN_S8_H
#define PARE_OPS_MEAN_S8_H

#include "io.h"
#include "requantize.h"

/* y[i] = requantize(sum over j of (x[i, j] - z))                                                             (Eq. 25)
 * with i over the kept axes and j over the reduced ones. Neighbouring axes of one sort are one axis, so a tensor of
 * rank 5 has at most three of each sort; unused ones have extent 1. Strides are those of x, in elements. The output
 * holds the kept axes in their order. The number of reduced elements stands in the multiplier. z: x's zero point. */
typedef struct {
  int32_t keep[3], keep_stride[3];
  int32_t reduce[3], reduce_stride[3];
  int32_t in_zero_point;
  pare_requantize_args requantize;
} pare_mean_s8_args;

/* args: pare_mean_s8_args; io->in[0] = x, io->out[0] = y; no scratch. At most 2^23 elements are reduced to one. */
PARE_C void pare_mean_s8(const void* args, const pare_io* io);

#endif
