/* Exponential, reciprocal and logistic function in 32-bit fixed point, as gemmlowp's fixedpoint defines them: no
 * floating point, so the same bits on every machine. Qa.b has a integer and b = 31 - a fraction bits. C99; copied into
 * generated projects. */
#ifndef PARE_NUMERICS_FIXED_EXP_H
#define PARE_NUMERICS_FIXED_EXP_H

#include "rounding.h"

/* x * 2^bits, saturating; bits in [0, 31]. */
static inline int32_t pare_shift_left_saturating(int32_t x, int32_t bits) {
  const int64_t wide = (int64_t)((uint64_t)(int64_t)x << bits);
  return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* Eq. 18a: e^a for a in [-1/4, 0), Q0.31 to Q0.31: the Taylor polynomial of degree 4 about -1/8. */
static inline int32_t pare_exp_quarter(int32_t a) {
  const int32_t exp_minus_eighth = 1895147668, third = 715827883;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = pare_doubling_high_multiply(x, x);
  const int32_t x3 = pare_doubling_high_multiply(x2, x);
  const int32_t x4 = pare_doubling_high_multiply(x2, x2);
  const int32_t cubic = pare_doubling_high_multiply(pare_shift_half_away(x4, 2) + x3, third);
  const int32_t tail = pare_shift_half_away(cubic + x2, 1);
  return exp_minus_eighth + pare_doubling_high_multiply(exp_minus_eighth, x + tail);
}

/* Eq. 18b: e^a for a <= 0 in Q(bits).(31 - bits), bits in [1, 5]; the result in Q0.31. a is split into a part in
 * [-1/4, 0) and a sum of powers of two from 1/4 up to 2^(bits - 1), each of which multiplies by a constant e^-2^k. */
static inline int32_t pare_exp_negative(int32_t a, int32_t bits) {
  static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int32_t quarter = 1 << (29 - bits);
  const int32_t part = (a & (quarter - 1)) - quarter;
  const int32_t rest = part - a;
  int32_t result = pare_exp_quarter(pare_shift_left_saturating(part, bits));
  int32_t k;
  if (a == 0) return INT32_MAX;
  for (k = 0; k < bits + 2; ++k)
    if (rest & (int32_t)((uint32_t)quarter << k)) result = pare_doubling_high_multiply(result, factor[k]);
  return result;
}

/* 2 / (1 + x) for x in [0, 1], Q0.31 to Q2.29: three Newton steps y += y (1 - d y), d = (1 + x) / 2, from the line
 * 48/17 - 32/17 d. */
static inline int32_t pare_newton_one_plus(int32_t x) {
  const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
  int32_t y = 1515870810 + pare_doubling_high_multiply(half, -1010580540);
  int32_t step;
  for (step = 0; step < 3; ++step) {
    const int32_t error = (1 << 29) - pare_doubling_high_multiply(half, y);
    y += pare_shift_left_saturating(pare_doubling_high_multiply(y, error), 2);
  }
  return y;
}

/* Eq. 19a: 1 / (1 + x) for x in [0, 1], Q0.31. */
static inline int32_t pare_reciprocal_one_plus(int32_t x) {
  return pare_shift_left_saturating(pare_newton_one_plus(x), 1);
}

/* Eq. 19b: (1 - x) / (1 + x) for x in [0, 1], Q0.31: the same steps, then 2 y - 1 of y = 1 / (1 + x). */
static inline int32_t pare_one_minus_over_one_plus(int32_t x) {
  const int64_t y = (int64_t)pare_newton_one_plus(x) - (1 << 29);
  return pare_shift_left_saturating((int32_t)y, 2);
}

/* 1 / (1 + e^-x), x in Q4.27, the result in Q0.31. */
static inline int32_t pare_logistic_q4(int32_t x) {
  int32_t positive;
  if (x == 0) return 1 << 30;
  positive = pare_reciprocal_one_plus(pare_exp_negative(x > 0 ? -x : x, 4));
  return x > 0 ? positive : INT32_MAX - positive;
}

/* tanh x, x in Q4.27, the result in Q0.31; e^-2|x| is taken of |x| read as Q5.26. */
static inline int32_t pare_tanh_q4(int32_t x) {
  int32_t positive;
  if (x == 0) return 0;
  positive = pare_one_minus_over_one_plus(pare_exp_negative(x > 0 ? -x : x, 5));
  return x > 0 ? positive : -positive;
}

#endif
