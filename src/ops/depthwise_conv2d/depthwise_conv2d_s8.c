#include "depthwise_conv2d_s8.h"

#include <stddef.h>

/* The sum of Eq. 21 for one output element; x is one sample at channel c, w the filter at channel co. */
static int32_t accumulate(const pare_depthwise_conv2d_s8_args* a, const int8_t* x, const int8_t* w, int32_t top,
                          int32_t left) {
  const ptrdiff_t out_c = (ptrdiff_t)a->in_c * a->multiplier;
  int32_t sum = 0, kh, kw;
  for (kh = 0; kh < a->kernel_h; ++kh) {
    const int32_t ih = top + kh * a->dilation_h;
    if (ih < 0 || ih >= a->in_h) continue;
    for (kw = 0; kw < a->kernel_w; ++kw) {
      const int32_t iw = left + kw * a->dilation_w;
      if (iw < 0 || iw >= a->in_w) continue;
      sum += ((int32_t)x[((ptrdiff_t)ih * a->in_w + iw) * a->in_c] - a->in_zero_point) *
             w[((ptrdiff_t)kh * a->kernel_w + kw) * out_c];
    }
  }
  return sum;
}

void pare_depthwise_conv2d_s8(const void* args, const pare_io* io) {
  const pare_depthwise_conv2d_s8_args* a = (const pare_depthwise_conv2d_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  const ptrdiff_t image = (ptrdiff_t)a->in_h * a->in_w * a->in_c;
  const int32_t out_c = a->in_c * a->multiplier;
  int32_t n, oh, ow, co;
  for (n = 0; n < a->n; ++n, x += image)
    for (oh = 0; oh < a->out_h; ++oh)
      for (ow = 0; ow < a->out_w; ++ow)
        for (co = 0; co < out_c; ++co) {
          const int32_t top = oh * a->stride_h - a->pad_top, left = ow * a->stride_w - a->pad_left;
          const int32_t sum = accumulate(a, x + co / a->multiplier, a->weights + co, top, left);
          *y++ = pare_requantize(sum + (a->bias ? a->bias[co] : 0), co, &a->requantize);
        }
}
