#include "multiplier.h"

#include <math.h>

#include "rounding.h"

pare_fixed pare_fixed_of(double m) {
  pare_fixed r = {0, 0};
  int e = 0;
  const double fraction = frexp(m, &e);
  int64_t q = (int64_t)pare_round_half_away(fraction * 2147483648.0);
  if (q == (int64_t)1 << 31) {
    q /= 2;
    ++e;
  }
  if (e < -31) return r;
  r.multiplier = e > 30 ? INT32_MAX : (int32_t)q;
  r.exponent = e > 30 ? 30 : e;
  return r;
}

/* floor(log2 n), n >= 1. */
static int32_t floor_log2(int32_t n) {
  int32_t k = 0;
  while (n >>= 1) ++k;
  return k;
}

pare_fixed pare_fixed_mean(pare_fixed m, int32_t n) {
  pare_fixed r;
  int32_t k = floor_log2(n);
  if (k > 31 + m.exponent) k = 31 + m.exponent;
  r.multiplier = (int32_t)(((int64_t)m.multiplier << k) / n);
  r.exponent = m.exponent - k;
  return r;
}

pare_sum_factors pare_sum_factors_of(float ratio_a, float ratio_b) {
  pare_sum_factors r = {0, 0, 0, 0};
  const float most = ratio_a > ratio_b ? ratio_a : ratio_b;
  int e = 0;
  if (!(most >= 0x1p-10f && most < 0x1p8f)) return r;
  (void)frexpf(most, &e);
  r.shift = 20 - (e - 1);
  r.a = (int32_t)pare_round_half_even(ldexp((double)ratio_a, r.shift));
  r.b = (int32_t)pare_round_half_even(ldexp((double)ratio_b, r.shift));
  r.valid = 1;
  return r;
}
