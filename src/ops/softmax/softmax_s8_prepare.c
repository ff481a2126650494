#include "softmax_s8_prepare.h"

#include <math.h>

void pare_prepare_softmax(pare_softmax_s8_args* args, float beta, float in_scale) {
  const double factor = (double)beta * (double)in_scale * (double)(1 << 26);
  const pare_fixed m = pare_fixed_of(factor < 2147483647.0 ? factor : 2147483647.0);
  args->multiplier = m.multiplier;
  args->exponent = m.exponent;
  args->diff_min = -(int32_t)floor(ldexp(31.0, 26 - m.exponent));
}

void pare_softmax_table(float* table, float beta, float in_scale) {
  const float step = -in_scale * beta;
  int32_t k;
  for (k = 0; k < 256; ++k) table[k] = expf(step * (float)k);
}
