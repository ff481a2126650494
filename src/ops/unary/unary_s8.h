/* Functions of one int8 code by table. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_UNARY_S8_H
#define PARE_OPS_UNARY_S8_H

#include <stdint.h>

#include "io.h"

/* y[i] = table[x[i] + 128]                                                                                   (Eq. 26)
 * x, y: int8 [count]; table: int8 [256]. numerics/tables.h builds the tables. x and y may be the same memory. */
typedef struct {
  int32_t count;
  const int8_t* table;
} pare_unary_s8_args;

/* args: pare_unary_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_unary_s8(const void* args, const pare_io* io);

#endif
