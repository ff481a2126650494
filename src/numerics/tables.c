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

static scaler fixed_scaler(const pare_table_spec* spec, float alpha) {
  scaler s = {0, {0, 0}, 0};
  s.fixed = pare_fixed_of((double)spec->x.scale * alpha / spec->y.scale);
  return s;
}

static scaler eight_bit_scaler(float ratio) {
  scaler s = {1, {0, 0}, 0};
  s.m = (int32_t)pare_round_half_even(256.0f * ratio);
  return s;
}

/* May `litert` use 8 bits for this ratio of scales? */
static int fits_eight_bits(float ratio) { return ratio >= 0x1p-8f && ratio <= 0x1p7f; }

static int32_t scale_by(const scaler* s, int32_t d) {
  if (s->eight_bits) return (d * s->m + 128) >> 8;
  return pare_multiply_fixed_double(d, s->fixed.multiplier, s->fixed.exponent);
}

/* below for d < 0, above else; limited to the codes [lo, hi]. */
static void scaled_table(int8_t* table, const pare_table_spec* spec, const scaler* below, const scaler* above,
                         const int32_t* limits) {
  int32_t i;
  for (i = 0; i < kCodes; ++i) {
    const int32_t d = i - 128 - spec->x.zero_point;
    table[i] = code((int64_t)scale_by(d < 0 ? below : above, d) + spec->y.zero_point, limits[0], limits[1]);
  }
}

static const int32_t kAllCodes[2] = {-128, 127};

void pare_table_requantize(int8_t* table, const pare_table_spec* spec) {
  const float ratio = spec->x.scale / spec->y.scale;
  const int eight = pare_is_litert(spec->arithmetic) && fits_eight_bits(ratio);
  const scaler s = eight ? eight_bit_scaler(ratio) : fixed_scaler(spec, 1.0f);
  scaled_table(table, spec, &s, &s, kAllCodes);
}

void pare_table_clip(int8_t* table, const pare_table_spec* spec, float lo, float hi) {
  const scaler s = fixed_scaler(spec, 1.0f);
  int32_t limits[2];
  limits[0] = limit_code(lo, &spec->y);
  limits[1] = limit_code(hi, &spec->y);
  scaled_table(table, spec, &s, &s, limits);
}

/* `tflm` compares codes of the input's encoding and does not rescale. */
static void clamp_codes(int8_t* table, const pare_affine* x, float hi) {
  int32_t i;
  for (i = 0; i < kCodes; ++i) table[i] = code(i - 128, limit_code(0, x), limit_code(hi, x));
}

void pare_table_relu6(int8_t* table, const pare_table_spec* spec) {
  if (spec->arithmetic == PARE_TFLM)
    clamp_codes(table, &spec->x, 6.0f);
  else
    pare_table_clip(table, spec, 0.0f, 6.0f);
}

void pare_table_leaky_relu(int8_t* table, const pare_table_spec* spec, float alpha) {
  const float ratio = spec->x.scale / spec->y.scale, slope = ratio * alpha;
  const int eight = pare_is_litert(spec->arithmetic) && fits_eight_bits(ratio) && fits_eight_bits(fabsf(slope));
  const scaler above = eight ? eight_bit_scaler(ratio) : fixed_scaler(spec, 1.0f);
  const scaler below = eight ? eight_bit_scaler(slope) : fixed_scaler(spec, alpha);
  scaled_table(table, spec, &below, &above, kAllCodes);
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

/* Of `tflm`: f in Q4.27 to Q0.31 of d s_x, rounded to 31 - shift bits. At |d| >= radius, where the argument would leave
 * Q4.27, stand the ends; an argument of 0 is at its lower end if the radius is 0. */
typedef struct {
  int32_t (*f)(int32_t);
  int32_t shift, zero_point;
} fixed_function;

static void fixed_table(int8_t* table, const pare_affine* x, const fixed_function* g) {
  const double scale = (double)x->scale * (1 << 27);
  const pare_fixed m = pare_fixed_of(scale);
  int e = 0, i;
  double radius;
  (void)frexp(scale, &e);
  radius = floor(ldexp(15.0, 27 - e));
  for (i = 0; i < kCodes; ++i) {
    const int32_t d = i - 128 - x->zero_point;
    if (d <= -radius || d >= radius)
      table[i] = d <= -radius ? -128 : 127;
    else
      table[i] = code(
          pare_shift_half_away(g->f(pare_multiply_fixed_double(d, m.multiplier, m.exponent)), g->shift) + g->zero_point,
          -128, 127);
  }
}

void pare_table_logistic(int8_t* table, const pare_table_spec* spec) {
  const fixed_function fixed = {pare_logistic_q4, 23, -128};
  if (spec->arithmetic == PARE_TFLM)
    fixed_table(table, &spec->x, &fixed);
  else
    float_table(table, spec, logistic);
}

void pare_table_tanh(int8_t* table, const pare_table_spec* spec) {
  const fixed_function fixed = {pare_tanh_q4, 24, 0};
  if (spec->arithmetic == PARE_TFLM)
    fixed_table(table, &spec->x, &fixed);
  else
    float_table(table, spec, tanhf);
}
