#include "move_s8_prepare.h"

/* An empty walk of 6 axes of extent 1. */
static void clear(pare_gather_args* args, int32_t element_bytes) {
  int32_t i;
  args->element_bytes = element_bytes;
  args->offset = 0;
  for (i = 0; i < 6; ++i) args->extent[i] = 1, args->stride[i] = 1;
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
}
