#include "conv2d_s8.h"

#include <stddef.h>

/* The sum of Eq. 20 over the input channels of one tap. */
static int32_t dot_s8(const int8_t* x, const int8_t* w, int32_t count, int32_t zero_point) {
  int32_t sum = 0, c;
  for (c = 0; c < count; ++c) sum += ((int32_t)x[c] - zero_point) * w[c];
  return sum;
}

/* The sum of Eq. 20 for one output element; `x` is the image of one sample, at the group's first channel. */
static int32_t accumulate(const pare_conv2d_s8_args* a, const int8_t* x, const int8_t* w, int32_t top, int32_t left) {
  const int32_t depth = a->in_c / a->groups;
  int32_t sum = 0, kh, kw;
  for (kh = 0; kh < a->kernel_h; ++kh) {
    const int32_t ih = top + kh * a->dilation_h;
    if (ih < 0 || ih >= a->in_h) continue;
    for (kw = 0; kw < a->kernel_w; ++kw) {
      const int32_t iw = left + kw * a->dilation_w;
      if (iw < 0 || iw >= a->in_w) continue;
      sum += dot_s8(x + ((ptrdiff_t)ih * a->in_w + iw) * a->in_c, w + ((ptrdiff_t)kh * a->kernel_w + kw) * depth, depth,
                    a->in_zero_point);
    }
  }
  return sum;
}

void pare_conv2d_s8(const void* args, const pare_io* io) {
  const pare_conv2d_s8_args* a = (const pare_conv2d_s8_args*)args;
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  const int32_t depth = a->in_c / a->groups, per_group = a->out_c / a->groups;
  const ptrdiff_t filter = (ptrdiff_t)a->kernel_h * a->kernel_w * depth;
  const ptrdiff_t image = (ptrdiff_t)a->in_h * a->in_w * a->in_c;
  int32_t n, oh, ow, co;
  for (n = 0; n < a->n; ++n, x += image)
    for (oh = 0; oh < a->out_h; ++oh)
      for (ow = 0; ow < a->out_w; ++ow)
        for (co = 0; co < a->out_c; ++co) {
          const int32_t top = oh * a->stride_h - a->pad_top, left = ow * a->stride_w - a->pad_left;
          const int32_t sum = accumulate(a, x + co / per_group * depth, a->weights + co * filter, top, left);
          *y++ = pare_requantize(sum + (a->bias ? a->bias[co] : 0), co, &a->requantize);
        }
}
