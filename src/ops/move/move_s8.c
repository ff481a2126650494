#include "move_s8.h"

#include <stddef.h>
#include <string.h>

void pare_copy(const void* args, const pare_io* io) {
  memcpy(io->out[0], io->in[0], (size_t)((const pare_copy_args*)args)->bytes);
}

/* `count` elements from places `stride` elements apart to neighbouring ones. */
static void gather_row(char* y, const char* x, int32_t count, ptrdiff_t stride, int32_t element_bytes) {
  const ptrdiff_t step = stride * element_bytes;
  int32_t i;
  if (stride == 1) {
    memcpy(y, x, (size_t)count * (size_t)element_bytes);
    return;
  }
  switch (element_bytes) {
    case 1:
      for (i = 0; i < count; ++i) y[i] = x[i * step];
      break;
    case 2:
      for (i = 0; i < count; ++i) memcpy(y + 2 * i, x + i * step, 2);
      break;
    case 4:
      for (i = 0; i < count; ++i) memcpy(y + 4 * i, x + i * step, 4);
      break;
    default:
      for (i = 0; i < count; ++i) memcpy(y + 8 * i, x + i * step, 8);
      break;
  }
}

/* Where the row at (i, j, k, l, m) of the five outer axes starts, in elements. */
static ptrdiff_t place(const int32_t* s, int32_t i, int32_t j, int32_t k, int32_t l, int32_t m) {
  return (ptrdiff_t)i * s[0] + (ptrdiff_t)j * s[1] + (ptrdiff_t)k * s[2] + (ptrdiff_t)l * s[3] + (ptrdiff_t)m * s[4];
}

void pare_gather(const void* args, const pare_io* io) {
  const pare_gather_args* a = (const pare_gather_args*)args;
  const char* x = (const char*)io->in[0] + (ptrdiff_t)a->offset * a->element_bytes;
  char* y = (char*)io->out[0];
  const int32_t *e = a->extent, *s = a->stride;
  const ptrdiff_t row = (ptrdiff_t)e[5] * a->element_bytes;
  int32_t i, j, k, l, m;
  for (i = 0; i < e[0]; ++i)
    for (j = 0; j < e[1]; ++j)
      for (k = 0; k < e[2]; ++k)
        for (l = 0; l < e[3]; ++l)
          for (m = 0; m < e[4]; ++m, y += row)
            gather_row(y, x + place(s, i, j, k, l, m) * a->element_bytes, e[5], s[5], a->element_bytes);
}

/* Row-major strides of extents, in bytes. */
static void strides_of(const int32_t* extent, int32_t element_bytes, ptrdiff_t* stride) {
  int32_t i;
  stride[5] = element_bytes;
  for (i = 4; i >= 0; --i) stride[i] = stride[i + 1] * extent[i + 1];
}

void pare_pad(const void* args, const pare_io* io) {
  const pare_pad_args* a = (const pare_pad_args*)args;
  const char* x = (const char*)io->in[0];
  const int32_t *e = a->in_extent, *b = a->before;
  const size_t row = (size_t)e[5] * (size_t)a->element_bytes;
  ptrdiff_t s[6];
  char* y = (char*)io->out[0];
  int32_t i, j, k, l, m;
  strides_of(a->out_extent, a->element_bytes, s);
  memset(y, a->fill, (size_t)(s[0] * a->out_extent[0]));
  for (i = 0; i < e[0]; ++i)
    for (j = 0; j < e[1]; ++j)
      for (k = 0; k < e[2]; ++k)
        for (l = 0; l < e[3]; ++l)
          for (m = 0; m < e[4]; ++m, x += row)
            memcpy(y + ((b[0] + i) * s[0] + (b[1] + j) * s[1] + (b[2] + k) * s[2] + (b[3] + l) * s[3] +
                        (b[4] + m) * s[4] + b[5] * s[5]),
                   x, row);
}

void pare_concat(const void* args, const pare_io* io) {
  const pare_concat_args* a = (const pare_concat_args*)args;
  char* y = (char*)io->out[0];
  int32_t i, k;
  for (i = 0; i < a->outer; ++i)
    for (k = 0; k < a->count; ++k) {
      memcpy(y, (const char*)io->in[k] + (ptrdiff_t)i * a->row_bytes[k], (size_t)a->row_bytes[k]);
      y += a->row_bytes[k];
    }
}
