#include "mean_s8_prepare.h"

/* Axes of one sort, filled from the last entry to the first. */
typedef struct {
  int32_t *extent, *stride;
  int32_t next;
} axis_list;

static axis_list empty_list(int32_t* extent, int32_t* stride) {
  axis_list list;
  int32_t i;
  for (i = 0; i < 3; ++i) extent[i] = 1, stride[i] = 0;
  list.extent = extent;
  list.stride = stride;
  list.next = 2;
  return list;
}

/* Puts an axis before those of the list; returns 0 if it is full. */
static int push(axis_list* list, int32_t extent, int32_t stride) {
  if (list->next < 0) return 0;
  list->extent[list->next] = extent;
  list->stride[list->next--] = stride;
  return 1;
}

/* Collects neighbouring axes of one sort, from the last axis on. */
static int collect(pare_mean_s8_args* args, const pare_mean_axes* x) {
  axis_list keep = empty_list(args->keep, args->keep_stride);
  axis_list reduce = empty_list(args->reduce, args->reduce_stride);
  int32_t stride = 1, i = x->rank - 1;
  while (i >= 0) {
    const int sort = x->reduced[i] != 0;
    int32_t extent = 1;
    for (; i >= 0 && (x->shape[i] == 1 || (x->reduced[i] != 0) == sort); --i) extent *= x->shape[i];
    if (extent > 1 && !push(sort ? &reduce : &keep, extent, stride)) return 0;
    stride *= extent;
  }
  return 1;
}

int pare_prepare_mean(pare_mean_s8_args* args, int32_t arithmetic, const pare_mean_axes* axes, const pare_affine* x,
                      const pare_affine* y) {
  pare_fixed m;
  int32_t count;
  float shifted;
  if (!collect(args, axes)) return 0;
  count = args->reduce[0] * args->reduce[1] * args->reduce[2];
  m = pare_fixed_mean(pare_fixed_of((double)x->scale / y->scale), count);
  args->rule = pare_is_litert(arithmetic) ? PARE_MEAN_FLOAT : PARE_MEAN_FIXED_DOUBLE;
  args->sum_zero = count * x->zero_point;
  args->multiplier = m.multiplier;
  args->exponent = m.exponent;
  args->out_zero_point = y->zero_point;
  args->scale = x->scale / y->scale * (1.0f / (float)count);
  shifted = (float)args->sum_zero * args->scale;
  args->offset = (float)y->zero_point - shifted;
  return 1;
}
