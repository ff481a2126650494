/* int8 depthwise convolution. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_DEPTHWISE_CONV2D_S8_H
#define PARE_OPS_DEPTHWISE_CONV2D_S8_H

#include "io.h"
#include "requantize.h"

/* y[n, oh, ow, co] = requantize_co(bias[co] + sum over kh, kw of
 *                    (x[n, oh*stride_h - pad_top + kh*dilation_h, ow*stride_w - pad_left + kw*dilation_w, c] - z)
 *                    * w[kh, kw, co]),  c = co / multiplier                                                    (Eq. 21)
 * x: int8 [n, in_h, in_w, in_c]; y: int8 [n, out_h, out_w, in_c * multiplier]; w: int8 [kernel_h, kernel_w,
 * in_c * multiplier] in [-127, 127], symmetric; bias: int32 [in_c * multiplier], null for none; z: the input's zero
 * point. Places outside the image hold real zero, that is z. */
typedef struct {
  int32_t n, in_h, in_w, in_c;
  int32_t out_h, out_w, multiplier;
  int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
  int32_t in_zero_point;
  const int8_t* weights;
  const int32_t* bias;
  pare_requantize_args requantize;
} pare_depthwise_conv2d_s8_args;

/* args: pare_depthwise_conv2d_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_depthwise_conv2d_s8(const void* args, const pare_io* io);

#endif
