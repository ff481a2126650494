#include "move_s8_prepare.h"

/* An empty walk of 6 axes of extent 1. */
static void clear(pare_gather_args* args, int32_t element_bytes) {
  int32_t i;
  args->element_bytes = element_bytes;
  args->offset = 0;
  for (i = 0; i < 6; ++i) args->extent[i] = 1, args->stride[i] = 1;
}

/* Joins each axis with the next where both are one walk, and drops axes of extent 1: rows become long. */
static void join_walk(pare_gather_args* a) {
  int32_t to = 5, k;
  for (k = 4; k >= 0; --k) {
    const int32_t extent = a->extent[k], stride = a->stride[k];
    a->extent[k] = 1, a->stride[k] = 1;
    if (extent == 1) continue;
    if (a->extent[to] == 1) {
      a->extent[to] = extent, a->stride[to] = stride;
    } else if (stride == (int64_t)a->stride[to] * a->extent[to]) {
      a->extent[to] *= extent;
    } else {
      --to;
      a->extent[to] = extent, a->stride[to] = stride;
    }
  }
}

/* Row-major stride of axis `axis` of a shape. */
static int32_t stride_of(int32_t rank, const int32_t* shape, int32_t axis) {
  int32_t stride = 1, i;
  for (i = rank - 1; i > axis; --i) stride *= shape[i];
  return stride;
}

void pare_prepare_transpose(pare_gather_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                            const int32_t* perm) {
  const int32_t first = 6 - rank;
  int32_t k;
  clear(args, element_bytes);
  for (k = 0; k < rank; ++k) {
    args->extent[first + k] = shape[perm[k]];
    args->stride[first + k] = stride_of(rank, shape, perm[k]);
  }
  join_walk(args);
}

void pare_prepare_slice(pare_gather_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                        const pare_slice_spec* slice) {
  const int32_t first = 6 - rank;
  int32_t k;
  clear(args, element_bytes);
  for (k = 0; k < rank; ++k) {
    const int32_t stride = stride_of(rank, shape, k);
    args->extent[first + k] = slice->size[k];
    args->stride[first + k] = stride * slice->step[k];
    args->offset += stride * slice->begin[k];
  }
  join_walk(args);
}

/* Joins each axis with the next where that is not padded: rows become long. */
static void join_padded(pare_pad_args* a) {
  int32_t to = 5, k;
  for (k = 4; k >= 0; --k) {
    const int32_t in = a->in_extent[k], out = a->out_extent[k], before = a->before[k];
    const int32_t padded = a->in_extent[to] != a->out_extent[to], below = padded ? 1 : a->out_extent[to];
    a->in_extent[k] = 1, a->out_extent[k] = 1, a->before[k] = 0;
    if (padded) --to;
    a->in_extent[to] = in * below, a->out_extent[to] = out * below, a->before[to] = before * below;
  }
}

void pare_prepare_pad(pare_pad_args* args, int32_t element_bytes, int32_t rank, const int32_t* shape,
                      const pare_pad_spec* pad) {
  const int32_t first = 6 - rank;
  int32_t k;
  args->element_bytes = element_bytes;
  args->fill = pad->fill;
  for (k = 0; k < 6; ++k) {
    const int used = k >= first;
    const int32_t extent = used ? shape[k - first] : 1, before = used ? pad->before[k - first] : 0;
    args->in_extent[k] = extent;
    args->before[k] = before;
    args->out_extent[k] = before + extent + (used ? pad->after[k - first] : 0);
  }
  join_padded(args);
}
