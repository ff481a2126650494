/* The integers of add, sub and mul from scales and shapes; runs when a network is prepared. C99. */
#ifndef PARE_OPS_BINARY_S8_PREPARE_H
#define PARE_OPS_BINARY_S8_PREPARE_H

#include "binary_s8.h"
#include "multiplier.h"

/* Encodings of the operands and the output; lo, hi: codes that the result is clamped to. */
typedef struct {
  pare_affine a, b, y;
  int32_t lo, hi;
} pare_binary_spec;

/* Walk of two shapes of rank at most 5 that broadcast as numpy's do; neighbouring axes that both operands step over
 * alike become one, so equal shapes become one row. Returns 0 if a rank is above 5 or the shapes do not broadcast. */
PARE_C int pare_prepare_broadcast(pare_broadcast* walk, int32_t rank_a, const int32_t* shape_a, int32_t rank_b,
                                  const int32_t* shape_b);

/* Fills all of `args` but the walk, by Eq. 23b under `litert` where its range allows (max(s_a, s_b) / s_y in
 * [2^-10, 2^8)), else by Eq. 23a. sign: 1 or -1. From 2^8 on LiteRT's own addition wraps around; that is not followed.
 */
PARE_C void pare_prepare_add(pare_add_s8_args* args, int32_t arithmetic, int32_t sign, const pare_binary_spec* spec);

/* One multiplier of mul: `scale` for the rule float_half_even (`litert`), else `fixed`. */
typedef struct {
  pare_fixed fixed;
  float scale;
} pare_mul_factor;

/* Fills all of `args` but the walk; args->requantize points into `factor`, which must live as long as args does. */
PARE_C void pare_prepare_mul(pare_mul_s8_args* args, pare_mul_factor* factor, int32_t arithmetic,
                             const pare_binary_spec* spec);

#endif
