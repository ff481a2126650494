#include "binary_s8.h"

#include <stddef.h>

/* One row along the last axis, with the walk's last strides. */
typedef void (*row_function)(const void* args, const int8_t* a, const int8_t* b, int8_t* y, const pare_broadcast* w);

/* The two operands: constants, or the next run-time ones. */
typedef struct {
  const int8_t *a, *b;
} operands;

static operands operands_of(const int8_t* a, const int8_t* b, const pare_io* io) {
  operands x;
  x.a = a ? a : (const int8_t*)io->in[0];
  x.b = b ? b : (const int8_t*)io->in[a ? 0 : 1];
  return x;
}

/* Calls `row` for each place of the four outer axes. */
static void for_rows(const pare_broadcast* w, const operands* x, int8_t* y, row_function row, const void* args) {
  const int8_t *a = x->a, *b = x->b;
  const int32_t *e = w->extent, *sa = w->stride_a, *sb = w->stride_b;
  int32_t i, j, k, l;
  for (i = 0; i < e[0]; ++i)
    for (j = 0; j < e[1]; ++j)
      for (k = 0; k < e[2]; ++k)
        for (l = 0; l < e[3]; ++l, y += e[4])
          row(args, a + ((ptrdiff_t)i * sa[0] + j * sa[1] + k * sa[2] + l * sa[3]),
              b + ((ptrdiff_t)i * sb[0] + j * sb[1] + k * sb[2] + l * sb[3]), y, w);
}

/* Eq. 23a for two centred codes. */
static int32_t sum_fixed_double(const pare_add_s8_args* p, int32_t a, int32_t b) {
  const int32_t one = 1 << p->left_shift;
  const int32_t x = pare_multiply_fixed_double(a * one, p->multiplier_a, p->exponent_a);
  const int32_t y = pare_multiply_fixed_double(b * one, p->multiplier_b, p->exponent_b);
  return pare_multiply_fixed_double(x + p->sign * y, p->multiplier_y, p->exponent_y);
}

/* Eq. 23b for two centred codes. */
static int32_t sum_one_shift(const pare_add_s8_args* p, int32_t a, int32_t b) {
  return (a * p->multiplier_a + p->sign * b * p->multiplier_b + (1 << (p->shift - 1))) >> p->shift;
}

static void add_row(const void* args, const int8_t* a, const int8_t* b, int8_t* y, const pare_broadcast* w) {
  const pare_add_s8_args* p = (const pare_add_s8_args*)args;
  int32_t i;
  for (i = 0; i < w->extent[4]; ++i, a += w->stride_a[4], b += w->stride_b[4]) {
    const int32_t x = *a - p->zero_a, z = *b - p->zero_b;
    const int32_t sum = p->rule == PARE_SUM_ONE_SHIFT ? sum_one_shift(p, x, z) : sum_fixed_double(p, x, z);
    y[i] = (int8_t)pare_clamp(sum + p->zero_y, p->lo, p->hi);
  }
}

static void mul_row(const void* args, const int8_t* a, const int8_t* b, int8_t* y, const pare_broadcast* w) {
  const pare_mul_s8_args* p = (const pare_mul_s8_args*)args;
  int32_t i;
  for (i = 0; i < w->extent[4]; ++i, a += w->stride_a[4], b += w->stride_b[4])
    y[i] = pare_requantize((*a - p->zero_a) * (*b - p->zero_b), 0, &p->requantize);
}

void pare_add_s8(const void* args, const pare_io* io) {
  const pare_add_s8_args* p = (const pare_add_s8_args*)args;
  const operands x = operands_of(p->a, p->b, io);
  for_rows(&p->walk, &x, (int8_t*)io->out[0], add_row, args);
}

void pare_mul_s8(const void* args, const pare_io* io) {
  const pare_mul_s8_args* p = (const pare_mul_s8_args*)args;
  const operands x = operands_of(p->a, p->b, io);
  for_rows(&p->walk, &x, (int8_t*)io->out[0], mul_row, args);
}
