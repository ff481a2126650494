#include "tables.h"

#include <math.h>

#include "fixed_exp.h"

enum { kCodes = 256 };

/* Saturates an unclamped result to the codes [lo, hi]. */
static int8_t code(int64_t q, int32_t lo, int32_t hi) { return (int8_t)(q < lo ? lo : q > hi ? hi : q); }

/* z + round_half_away(x / s), for a limit x, which may be infinite; the division is float32's. */
static int32_t limit_code(float x, const pare_affine* y) {
  const double q = pare_round_half_away(x / y->scale);
  return pare_clamp((int32_t)(q < -512 ? -512 : q > 512 ? 512 : q) + y->zero_point, -128, 127);
}

/* A factor for d = q - z_x: by fixed_double, or by m of 8 fraction bits, rounded half up. */
typedef struct {
  int eight_bits;
  pare_fixed fixed;
  int32_t m;
} scaler;

static scaler scaler_of(const pare_table_spec* spec, float alpha) {
  const float ratio = spec->x.scale / spec->y.scale;
  scaler s;
  s.eight_bits = pare_is_litert(spec->arithmetic) && ratio >= 0x1p-8f && ratio <= 0x1p7f;
  s.m = s.eight_bits ? (int32_t)pare_round_half_even(256.0f * (ratio * alpha)) : 0;
  s.fixed = pare_fixed_of((double)spec->x.scale * alpha / spec->y.scale);
  return s;
}

static int32_t scale_by(const scaler* s, int32_t d) {
  if (s->eight_bits) return (d * s->m + 128) >> 8;
  return pare_multiply_fixed_double(d, s->fixed.multiplier, s->fixed.exponent);
}

void pare_table_requantize(int8_t* table, const pare_table_spec* spec, int32_t lo, int32_t hi) {
  const scaler s = scaler_of(spec, 1.0f);
  int32_t i;
  for (i = 0; i < kCodes; ++i)
    table[i] = code((int64_t)scale_by(&s, i - 128 - spec->x.zero_point) + spec->y.zero_point, lo, hi);
}

void pare_table_clip(int8_t* table, const pare_table_spec* spec, float lo, float hi) {
  pare_table_requantize(table, spec, limit_code(lo, &spec->y), limit_code(hi, &spec->y));
}

void pare_table_leaky_relu(int8_t* table, const pare_table_spec* spec, float alpha) {
  const scaler above = scaler_of(spec, 1.0f), below = scaler_of(spec, alpha);
  int32_t i;
  for (i = 0; i < kCodes; ++i) {
    const int32_t d = i - 128 - spec->x.zero_point;
    table[i] = code((int64_t)scale_by(d < 0 ? &below : &above, d) + spec->y.zero_point, -128, 127);
  }
}

/* The float table of f: dequantize, f, divide, round half away. */
static void float_table(int8_t* table, const pare_table_spec* spec, float (*f)(float)) {
  const float inverse = 1 / spec->y.scale;
  int32_t i;
  for (i = 0; i < kCodes; ++i) {
    const float y = f(spec->x.scale * (float)(i - 128 - spec->x.zero_point));
    table[i] = code((int64_t)pare_round_half_away(y * inverse) + spec->y.zero_point, -128, 127);
  }
}

static float logistic(float x) { return 1.0f / (1.0f + expf(-x)); }

/* Of `tflm`: s_x 2^27 by Eq. 17, the function in Q4.27 to Q0.31, rounded to 8 bits; beyond the radius, at which the
 * argument would leave Q4.27, the ends. */
static void fixed_logistic(int8_t* table, const pare_table_spec* spec) {
  const pare_fixed m = pare_fixed_of((double)spec->x.scale * (1 << 27));
  const double radius = floor(ldexp(15.0, 27 - m.exponent));
  int32_t i;
  for (i = 0; i < kCodes; ++i) {
    const int32_t d = i - 128 - spec->x.zero_point;
    if (d <= -radius || d >= radius) {
      table[i] = d < 0 ? -128 : 127;
      continue;
    }
    table[i] = code(pare_shift_half_away(pare_logistic_q4(pare_multiply_fixed_double(d, m.multiplier, m.exponent)), 23) -
                        128, -128, 127);
  }
}

void pare_table_logistic(int8_t* table, const pare_table_spec* spec) {
  if (spec->arithmetic == PARE_TFLM)
    fixed_logistic(table, spec);
  else
    float_table(table, spec, logistic);
}

void pare_table_tanh(int8_t* table, const pare_table_spec* spec) { float_table(table, spec, tanhf); }
