#include "dense_s8.h"

#include <stddef.h>

/* The sum of Eq. 22 for one output element. */
static int32_t dot_s8(const int8_t* x, const int8_t* w, int32_t count, int32_t zero_point) {
  int32_t sum = 0, c;
  for (c = 0; c < count; ++c) sum += ((int32_t)x[c] - zero_point) * w[c];
  return sum;
}

void pare_dense_s8(const void* args, const pare_io* io) {
  const pare_dense_s8_args* a = (const pare_dense_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  int32_t r, co;
  for (r = 0; r < a->rows; ++r, x += a->in_c)
    for (co = 0; co < a->out_c; ++co) {
      const int32_t sum = dot_s8(x, a->weights + (ptrdiff_t)co * a->in_c, a->in_c, a->in_zero_point);
      *y++ = pare_requantize(sum + (a->bias ? a->bias[co] : 0), co, &a->requantize);
    }
}
