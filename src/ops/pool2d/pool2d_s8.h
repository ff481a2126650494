/* int8 maximum and average pooling. C99; copied into generated projects. Equations: docs/numerics.md. */
#ifndef PARE_OPS_POOL2D_S8_H
#define PARE_OPS_POOL2D_S8_H

#include "io.h"
#include "rounding.h"

/* Over the places (ih, iw) of the window of (oh, ow) that lie inside the image, ih in oh*stride_h - pad_top +
 * [0, kernel_h), iw likewise:
 * maximum:  y[n, oh, ow, c] = clamp(max x[n, ih, iw, c], lo, hi)                                             (Eq. 24)
 * average:  y[n, oh, ow, c] = clamp(round_half_away(sum of x[n, ih, iw, c] / count), lo, hi)                 (Eq. 24)
 * on the codes, which are not centred. count is the number of those places; with count_outside the average takes in the
 * places outside too, as in_zero_point, and count is kernel_h * kernel_w. Every window has a place inside the image.
 * x: int8 [n, in_h, in_w, c]; y: int8 [n, out_h, out_w, c], of the same encoding. The maximum reads neither
 * count_outside nor in_zero_point. */
typedef struct {
  int32_t n, in_h, in_w, c;
  int32_t out_h, out_w;
  int32_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left;
  int32_t count_outside, in_zero_point;
  int32_t lo, hi;
} pare_pool2d_s8_args;

/* args: pare_pool2d_s8_args; io->in[0] = x, io->out[0] = y; no scratch. */
PARE_C void pare_max_pool2d_s8(const void* args, const pare_io* io);
PARE_C void pare_average_pool2d_s8(const void* args, const pare_io* io);

#endif
