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

/* Eq. 26a: code to code. The multiplier s_x / s_y is applied by fixed_double; under `litert`, where s_x / s_y is in
 * [2^-8, 2^7], as m = round_half_even(256 s_x / s_y), floor((q - z_x) m / 256 + 1/2). */
PARE_C void pare_table_requantize(int8_t* table, const pare_table_spec* spec);

/* Eq. 26b: x limited to [lo, hi] in reals (infinite for none), by fixed_double under every arithmetic, then clamped to
 * the codes z_y + round_half_away(limit / s_y). relu is [0, inf], relu_n1_to_1 [-1, 1]. */
PARE_C void pare_table_clip(int8_t* table, const pare_table_spec* spec, float lo, float hi);

/* The same with [0, 6]; but `tflm` clamps the codes of x, whose encoding y is taken to share. */
PARE_C void pare_table_relu6(int8_t* table, const pare_table_spec* spec);

/* Eq. 26c: x for x >= 0, alpha x below, each as Eq. 26a with its own multiplier, s_x / s_y and alpha s_x / s_y.
 * `litert` uses 8 bits if both ratios are in [2^-8, 2^7], else fixed_double for both. */
PARE_C void pare_table_leaky_relu(int8_t* table, const pare_table_spec* spec, float alpha);

/* Eq. 26d: 1 / (1 + e^-x), and Eq. 26e: the hyperbolic tangent. Under `tflm` in fixed point (Eq. 18, 19) with the fixed
 * output encodings {1/256, -128} and {1/128, 0}; else y = z_y + round_half_away(f(s_x (q - z_x)) * (1 / s_y)), float32.
 */
PARE_C void pare_table_logistic(int8_t* table, const pare_table_spec* spec);
PARE_C void pare_table_tanh(int8_t* table, const pare_table_spec* spec);

#endif
