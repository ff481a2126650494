/* The strides of transpose, slice and pad from shapes of rank 1 to 6; runs when a network is prepared. Axes that can be
 * walked as one are joined. C99. */
#ifndef PARE_OPS_MOVE_S8_PREPARE_H
#define PARE_OPS_MOVE_S8_PREPARE_H

#include "move_s8.h"

/* The output's axis k is x's axis perm[k]. */
PARE_C void pare_prepare_transpose(pare_gather_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                                   const int32_t* perm);

/* y[i] = x[begin + i * step] on each axis, size[k] elements; begin inside the shape, step may be negative. */
typedef struct {
  const int32_t *begin, *size, *step;
} pare_slice_spec;
PARE_C void pare_prepare_slice(pare_gather_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                               const pare_slice_spec* slice);

/* Elements to add before and after each axis. */
typedef struct {
  const int32_t *before, *after;
  int32_t fill;
} pare_pad_spec;
PARE_C void pare_prepare_pad(pare_pad_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                             const pare_pad_spec* pad);

#endif
