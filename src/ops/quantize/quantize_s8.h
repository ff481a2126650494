/* float32 to int8 and back. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_QUANTIZE_S8_H
#define PARE_OPS_QUANTIZE_S8_H

#include <stdint.h>

#include "io.h"

/* How a real becomes a code. Infinities and numbers out of range saturate; a NaN gives an undefined code. */
enum {
  PARE_DIVIDE_HALF_AWAY = 0,     /* round_half_away(x / s): `tflm`, `litert_ref` */
  PARE_RECIPROCAL_HALF_EVEN = 1, /* round_half_even(x * (1 / s)): `litert` */
  PARE_DIVIDE_HALF_EVEN = 2      /* round_half_even(x / s): `onnx` */
};

/* y[i] = clamp(round(x[i] / s) + z, -128, 127), in float32 by `rule`                                         (Eq. 12)
 * x: float32 [count]; y: int8 [count]. */
typedef struct {
  int32_t count;
  int32_t rule;
  float scale;
  int32_t zero_point;
} pare_quantize_s8_args;

/* y[i] = s_c (x[i] - z_c) in float32, c = (i / inner) mod channels                                           (Eq. 13)
 * x: int8 [count]; y: float32 [count]; scale, zero_point: [channels]; inner: the elements after the channels' axis.
 * Per tensor: channels = 1, inner = 1. */
typedef struct {
  int32_t count;
  int32_t channels, inner;
  const float* scale;
  const int32_t* zero_point;
} pare_dequantize_s8_args;

/* args: pare_quantize_s8_args or pare_dequantize_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_quantize_s8(const void* args, const pare_io* io);
PARE_C void pare_dequantize_s8(const void* args, const pare_io* io);

#endif
