#include "quantize_s8.h"

#include "rounding.h"

/* Cuts to what any 8-bit code saturates at; keeps infinities out of the conversion to an integer. */
static float cut(float x) { return x < -1024.0f ? -1024.0f : x > 1024.0f ? 1024.0f : x; }

static int32_t round_scaled(float x, float scale, float reciprocal, int32_t rule) {
  switch (rule) {
    case PARE_RECIPROCAL_HALF_EVEN:
      return pare_round_half_even_f32(cut(x * reciprocal));
    case PARE_DIVIDE_HALF_EVEN:
      return pare_round_half_even_f32(cut(x / scale));
    default:
      return (int32_t)pare_round_half_away(cut(x / scale));
  }
}

void pare_quantize_s8(const void* args, const pare_io* io) {
  const pare_quantize_s8_args* a = (const pare_quantize_s8_args*)args;
  const float* x = (const float*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  const float reciprocal = 1.0f / a->scale;
  int32_t i;
  for (i = 0; i < a->count; ++i) {
    const int32_t q = round_scaled(x[i], a->scale, reciprocal, a->rule);
    y[i] = (int8_t)pare_clamp(q + a->zero_point, -128, 127);
  }
}

void pare_dequantize_s8(const void* args, const pare_io* io) {
  const pare_dequantize_s8_args* a = (const pare_dequantize_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  float* y = (float*)io->out[0];
  int32_t i;
  for (i = 0; i < a->count; ++i) {
    const int32_t c = i / a->inner % a->channels;
    y[i] = a->scale[c] * (float)(x[i] - a->zero_point[c]);
  }
}
