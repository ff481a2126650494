#include "unary_s8.h"

void pare_unary_s8(const void* args, const pare_io* io) {
  const pare_unary_s8_args* a = (const pare_unary_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  int32_t i;
  for (i = 0; i < a->count; ++i) y[i] = a->table[x[i] + 128];
}
