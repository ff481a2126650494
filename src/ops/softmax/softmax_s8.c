#include "softmax_s8.h"

#include "fixed_exp.h"

static int32_t maximum(const int8_t* x, int32_t count) {
  int32_t most = -128, i;
  for (i = 0; i < count; ++i)
    if (x[i] > most) most = x[i];
  return most;
}

/* e^(beta s_x d) in Q0.31. */
static int32_t exp_of(const pare_softmax_s8_args* a, int32_t d) {
  return pare_exp_negative(pare_multiply_fixed_double(d, a->multiplier, a->exponent), 5);
}

/* Zero bits above the leading one, x > 0. */
static int32_t leading_zeros(int32_t x) {
  int32_t n = 0;
  while (!((uint32_t)x & (0x80000000u >> n))) ++n;
  return n;
}

/* S of Eq. 27a, in Q12.19. */
static int32_t sum_of(const pare_softmax_s8_args* a, const int8_t* x, int32_t most) {
  int32_t sum = 0, i;
  for (i = 0; i < a->depth; ++i)
    if (x[i] - most >= a->diff_min) sum += pare_shift_half_away(exp_of(a, x[i] - most), 12);
  return sum;
}

/* Eq. 27a for one row. From S = 512 on no probability reaches half a step of 1/256 (the shift would pass 31). */
static void softmax_row(const pare_softmax_s8_args* a, const int8_t* x, int8_t* y) {
  const int32_t most = maximum(x, a->depth);
  const int32_t sum = sum_of(a, x, most), zeros = leading_zeros(sum);
  const int32_t reciprocal = pare_reciprocal_one_plus((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
  const int32_t shift = 12 - zeros + 31 - 8;
  int32_t i;
  for (i = 0; i < a->depth; ++i) {
    const int32_t d = x[i] - most;
    const int zero = shift > 31 || d < a->diff_min;
    const int32_t p = zero ? 0 : pare_shift_half_away(pare_doubling_high_multiply(reciprocal, exp_of(a, d)), shift);
    y[i] = (int8_t)pare_clamp(p - 128, -128, 127);
  }
}

void pare_softmax_s8(const void* args, const pare_io* io) {
  const pare_softmax_s8_args* a = (const pare_softmax_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  int32_t r;
  for (r = 0; r < a->rows; ++r, x += a->depth, y += a->depth) softmax_row(a, x, y);
}

/* Eq. 27b for one row. */
static void softmax_table_row(const pare_softmax_table_s8_args* a, const int8_t* x, int8_t* y) {
  const int32_t most = maximum(x, a->depth);
  float sum = 0, factor;
  int32_t i;
  for (i = 0; i < a->depth; ++i) sum += a->table[most - x[i]];
  factor = 1.0f / (sum * a->out_scale);
  for (i = 0; i < a->depth; ++i) {
    const float p = a->table[most - x[i]] * factor;
    y[i] = (int8_t)pare_clamp(pare_truncate_f32(p + 0.5f) + a->out_zero_point, -128, 127);
  }
}

void pare_softmax_table_s8(const void* args, const pare_io* io) {
  const pare_softmax_table_s8_args* a = (const pare_softmax_table_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  int32_t r;
  for (r = 0; r < a->rows; ++r, x += a->depth, y += a->depth) softmax_table_row(a, x, y);
}
