#include "pool2d_s8.h"

#include <stddef.h>

/* The part of a window that lies inside the image: rows [top, bottom), columns [left, right). */
typedef struct {
  int32_t top, bottom, left, right;
} window;

static window window_at(const pare_pool2d_s8_args* a, int32_t oh, int32_t ow) {
  const int32_t top = oh * a->stride_h - a->pad_top, left = ow * a->stride_w - a->pad_left;
  window w;
  w.top = top < 0 ? 0 : top;
  w.left = left < 0 ? 0 : left;
  w.bottom = top + a->kernel_h < a->in_h ? top + a->kernel_h : a->in_h;
  w.right = left + a->kernel_w < a->in_w ? left + a->kernel_w : a->in_w;
  return w;
}

/* x is one sample at channel c. */
static int32_t maximum(const pare_pool2d_s8_args* a, const int8_t* x, const window* w) {
  int32_t most = -128, ih, iw;
  for (ih = w->top; ih < w->bottom; ++ih)
    for (iw = w->left; iw < w->right; ++iw) {
      const int32_t q = x[((ptrdiff_t)ih * a->in_w + iw) * a->c];
      if (q > most) most = q;
    }
  return most;
}

static int32_t average(const pare_pool2d_s8_args* a, const int8_t* x, const window* w) {
  const int32_t inside = (w->bottom - w->top) * (w->right - w->left);
  const int32_t count = a->count_outside ? a->kernel_h * a->kernel_w : inside;
  int32_t sum = (count - inside) * a->in_zero_point, ih, iw;
  for (ih = w->top; ih < w->bottom; ++ih)
    for (iw = w->left; iw < w->right; ++iw) sum += x[((ptrdiff_t)ih * a->in_w + iw) * a->c];
  return pare_divide_half_away(sum, count);
}

typedef int32_t (*pool_function)(const pare_pool2d_s8_args* a, const int8_t* x, const window* w);

static void pool(const pare_pool2d_s8_args* a, const pare_io* io, pool_function f) {
  const int8_t* x = (const int8_t*)io->in[0];
  int8_t* y = (int8_t*)io->out[0];
  int32_t n, oh, ow, c;
  for (n = 0; n < a->n; ++n, x += (ptrdiff_t)a->in_h * a->in_w * a->c)
    for (oh = 0; oh < a->out_h; ++oh)
      for (ow = 0; ow < a->out_w; ++ow) {
        const window w = window_at(a, oh, ow);
        for (c = 0; c < a->c; ++c) *y++ = (int8_t)pare_clamp(f(a, x + c, &w), a->lo, a->hi);
      }
}

void pare_max_pool2d_s8(const void* args, const pare_io* io) { pool((const pare_pool2d_s8_args*)args, io, maximum); }

void pare_average_pool2d_s8(const void* args, const pare_io* io) {
  pool((const pare_pool2d_s8_args*)args, io, average);
}
