/* Moving elements: copy, transpose, slice, pad, concatenate. An element is element_bytes bytes of any type, in
 * {1, 2, 4, 8}. C99; copied into generated projects. Input and output must not overlap. */
#ifndef PARE_OPS_MOVE_S8_H
#define PARE_OPS_MOVE_S8_H

#include <stdint.h>

#include "io.h"

/* y = x, `bytes` bytes. */
typedef struct {
  int32_t bytes;
} pare_copy_args;

/* y[i_0, ..., i_5] = x[offset + sum of i_k * stride[k]] over the output's extents; y is dense, x is seen as a flat
 * array, offset and strides (negative for a backward slice) in elements. Unused leading axes have extent 1. */
typedef struct {
  int32_t element_bytes;
  int32_t extent[6];
  int32_t stride[6];
  int32_t offset;
} pare_gather_args;

/* y = x with `before[k]` further elements before axis k, as many after it as out_extent asks for; every byte of them is
 * `fill` (for int8 the zero point's byte, for float32 0). Unused leading axes have extents 1 and before 0. */
typedef struct {
  int32_t element_bytes;
  int32_t in_extent[6];
  int32_t out_extent[6];
  int32_t before[6];
  int32_t fill;
} pare_pad_args;

/* y = the `count` inputs one after another along an axis: outer = product of the extents before it; row_bytes[k] =
 * bytes of input k from that axis on. */
typedef struct {
  int32_t outer;
  int32_t count;
  const int32_t* row_bytes;
} pare_concat_args;

/* io->in[0] (for concat io->in[0 .. count - 1]) and io->out[0]; no scratch. */
PARE_C void pare_copy(const void* args, const pare_io* io);
PARE_C void pare_gather(const void* args, const pare_io* io);
PARE_C void pare_pad(const void* args, const pare_io* io);
PARE_C void pare_concat(const void* args, const pare_io* io);

#endif
