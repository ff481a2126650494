/* The integers and tables of softmax from scales; runs when a network is prepared. C99. */
#ifndef PARE_OPS_SOFTMAX_S8_PREPARE_H
#define PARE_OPS_SOFTMAX_S8_PREPARE_H

#include "multiplier.h"
#include "softmax_s8.h"

/* Fills multiplier, exponent and diff_min (rows and depth are the caller's): beta s_x 2^26, at most 2^31 - 1, by
 * Eq. 17, and diff_min = -floor(31 * 2^26 / 2^exponent). beta > 0. For `tflm` and `litert_ref`. */
PARE_C void pare_prepare_softmax(pare_softmax_s8_args* args, float beta, float in_scale);

/* table[k] = expf(-s_x beta k), k in [0, 255]. For `litert`. */
PARE_C void pare_softmax_table(float* table, float beta, float in_scale);

#endif
