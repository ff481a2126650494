/* int8 add, sub and mul with broadcasting. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_BINARY_S8_H
#define PARE_OPS_BINARY_S8_H

#include "io.h"
#include "requantize.h"

/* The output's extents, and how far one step along each axis moves in a and in b (0 along a broadcast axis), in
 * elements. Unused leading axes have extent 1. Two operands of equal shape are one row: extent {1, 1, 1, 1, count},
 * strides 1. */
typedef struct {
  int32_t extent[5];
  int32_t stride_a[5];
  int32_t stride_b[5];
} pare_broadcast;

/* How a sum is rounded. */
enum {
  PARE_SUM_FIXED_DOUBLE = 0, /* Eq. 23a */
  PARE_SUM_ONE_SHIFT = 1     /* Eq. 23b */
};

/* y = clamp(f(a, b) + z_y, lo, hi) with the centred codes a - z_a, b - z_b; a, b, y: int8.
 * fixed_double, with D = Eq. 7:  f = D(D((a - z_a) 2^left_shift, m_a, e_a) + sign D((b - z_b) 2^left_shift, m_b, e_b),
 *                                m_y, e_y)                                                                  (Eq. 23a)
 * one shift:                     f = floor(((a - z_a) m_a + sign (b - z_b) m_b) / 2^shift + 1/2)            (Eq. 23b)
 * sign: 1 to add, -1 to subtract. e_a, e_b, e_y and left_shift are read by the first form, shift by the second. */
typedef struct {
  pare_broadcast walk;
  int32_t rule;
  int32_t sign;
  int32_t zero_a, multiplier_a, exponent_a;
  int32_t zero_b, multiplier_b, exponent_b;
  int32_t zero_y, multiplier_y, exponent_y;
  int32_t left_shift;
  int32_t shift;
  int32_t lo, hi;
  const int8_t* a; /* a constant operand; null for one that is given at run time */
  const int8_t* b;
} pare_add_s8_args;

/* y = requantize((a - z_a) (b - z_b)); one multiplier.                                                      (Eq. 23c)
 */
typedef struct {
  pare_broadcast walk;
  int32_t zero_a;
  int32_t zero_b;
  pare_requantize_args requantize;
  const int8_t* a; /* as above */
  const int8_t* b;
} pare_mul_s8_args;

/* args: pare_add_s8_args or pare_mul_s8_args; io->in = a, b (those that are no constants), io->out[0] = y; no scratch.
 */
PARE_C void pare_add_s8(const void* args, const pare_io* io);
PARE_C void pare_mul_s8(const void* args, const pare_io* io);

#endif
