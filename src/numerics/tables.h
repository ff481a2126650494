/* 256-entry tables of functions of one int8 code, built when a network is prepared: table[q + 128] = y. C99. */
#ifndef PARE_NUMERICS_TABLES_H
#define PARE_NUMERICS_TABLES_H

#include "multiplier.h"

/* y(q) for every code q, from encoding x to encoding y, by the rules of one arithmetic (PARE_TFLM, ...). */
typedef struct {
  int32_t arithmetic;
  pare_affine x;
  pare_affine y;
} pare_table_spec;

/* Eq. 26a: code to code, clamped to the codes [lo, hi] (-128 and 127 for none). The multiplier s_x / s_y is applied by
 * fixed_double; under `litert` as m = round_half_even(256 s_x / s_y), floor((q - z_x) m / 256 + 1/2), where
 * s_x / s_y is in [2^-8, 2^7]. */
PARE_C void pare_table_requantize(int8_t* table, const pare_table_spec* spec, int32_t lo, int32_t hi);

/* Eq. 26b: max(x, 0) limited to [lo, hi] in reals (infinite for none): relu is [0, inf], relu6 [0, 6]. */
PARE_C void pare_table_clip(int8_t* table, const pare_table_spec* spec, float lo, float hi);

/* Eq. 26c: x for x >= 0, alpha x below. */
PARE_C void pare_table_leaky_relu(int8_t* table, const pare_table_spec* spec, float alpha);

/* Eq. 26d: 1 / (1 + e^-x). */
PARE_C void pare_table_logistic(int8_t* table, const pare_table_spec* spec);

/* Eq. 26e: the hyperbolic tangent. */
PARE_C void pare_table_tanh(int8_t* table, const pare_table_spec* spec);

#endif
