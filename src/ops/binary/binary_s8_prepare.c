#include "binary_s8_prepare.h"

/* Extent of axis `i` of 5 when a shape is aligned at the last axis. */
static int32_t aligned_extent(int32_t rank, const int32_t* shape, int32_t i) {
  return i < 5 - rank ? 1 : shape[i - (5 - rank)];
}

/* Strides of a dense tensor of 5 extents, 0 where the extent is 1. */
static void strides_of(const int32_t* extent, int32_t* stride) {
  int32_t step = 1, i;
  for (i = 4; i >= 0; --i) {
    stride[i] = extent[i] == 1 ? 0 : step;
    step *= extent[i];
  }
}

/* Can axis `outer` be taken together with the axis after it, `inner`, by both operands? */
static int joins(const pare_broadcast* w, int32_t outer, int32_t inner) {
  const int32_t e = w->extent[inner];
  return w->extent[outer] == 1 || e == 1 ||
         (w->stride_a[outer] == w->stride_a[inner] * e && w->stride_b[outer] == w->stride_b[inner] * e);
}

static void set_axis(pare_broadcast* w, int32_t i, int32_t extent, int32_t stride_a, int32_t stride_b) {
  w->extent[i] = extent;
  w->stride_a[i] = stride_a;
  w->stride_b[i] = stride_b;
}

/* Joins axes from the last one on; what is left stands at the end, with extents of 1 before it. */
static void collapse(pare_broadcast* w) {
  int32_t last = 4, i;
  for (i = 3; i >= 0; --i) {
    const int32_t extent = w->extent[i], sa = w->stride_a[i], sb = w->stride_b[i];
    if (extent == 1) continue;
    if (!joins(w, i, last))
      set_axis(w, --last, extent, sa, sb);
    else if (w->extent[last] == 1)
      set_axis(w, last, extent, sa, sb);
    else
      w->extent[last] *= extent;
  }
  for (i = 0; i < last; ++i) set_axis(w, i, 1, 0, 0);
}

int pare_prepare_broadcast(pare_broadcast* walk, int32_t rank_a, const int32_t* shape_a, int32_t rank_b,
                           const int32_t* shape_b) {
  int32_t a[5], b[5], i;
  if (rank_a > 5 || rank_b > 5) return 0;
  for (i = 0; i < 5; ++i) {
    a[i] = aligned_extent(rank_a, shape_a, i);
    b[i] = aligned_extent(rank_b, shape_b, i);
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) return 0;
    walk->extent[i] = a[i] == 1 ? b[i] : a[i];
  }
  strides_of(a, walk->stride_a);
  strides_of(b, walk->stride_b);
  collapse(walk);
  return 1;
}

/* Both inputs are brought to half of the larger scale times 2^-20, so that the sum fits and keeps its bits. */
static void prepare_fixed_double(pare_add_s8_args* p, const pare_binary_spec* s) {
  const double a = s->a.scale, b = s->b.scale, twice = 2 * (a > b ? a : b);
  const pare_fixed fa = pare_fixed_of(a / twice), fb = pare_fixed_of(b / twice);
  const pare_fixed fy = pare_fixed_of(twice / ((double)(1 << 20) * s->y.scale));
  p->rule = PARE_SUM_FIXED_DOUBLE;
  p->left_shift = 20;
  p->shift = 0;
  p->multiplier_a = fa.multiplier, p->exponent_a = fa.exponent;
  p->multiplier_b = fb.multiplier, p->exponent_b = fb.exponent;
  p->multiplier_y = fy.multiplier, p->exponent_y = fy.exponent;
}

static void prepare_one_shift(pare_add_s8_args* p, const pare_sum_factors* f) {
  p->rule = PARE_SUM_ONE_SHIFT;
  p->left_shift = 0;
  p->shift = f->shift;
  p->multiplier_a = f->a, p->exponent_a = 0;
  p->multiplier_b = f->b, p->exponent_b = 0;
  p->multiplier_y = 0, p->exponent_y = 0;
}

void pare_prepare_add(pare_add_s8_args* args, int32_t arithmetic, int32_t sign, const pare_binary_spec* spec) {
  const pare_sum_factors f = pare_sum_factors_of(spec->a.scale / spec->y.scale, spec->b.scale / spec->y.scale);
  args->sign = sign;
  args->zero_a = spec->a.zero_point;
  args->zero_b = spec->b.zero_point;
  args->zero_y = spec->y.zero_point;
  args->lo = spec->lo;
  args->hi = spec->hi;
  if (pare_is_litert(arithmetic) && f.valid)
    prepare_one_shift(args, &f);
  else
    prepare_fixed_double(args, spec);
}

void pare_prepare_mul(pare_mul_s8_args* args, pare_mul_factor* factor, int32_t arithmetic,
                      const pare_binary_spec* spec) {
  pare_requantize_args r = {0, 1, 0, 0, 0, 0, 0, 0};
  factor->fixed = pare_fixed_of((double)spec->a.scale * spec->b.scale / spec->y.scale);
  factor->scale = spec->a.scale * spec->b.scale / spec->y.scale;
  args->zero_a = spec->a.zero_point;
  args->zero_b = spec->b.zero_point;
  r.rule = pare_is_litert(arithmetic) ? PARE_FLOAT_HALF_EVEN : PARE_FIXED_DOUBLE;
  r.multiplier = &factor->fixed.multiplier;
  r.exponent = &factor->fixed.exponent;
  r.scale = &factor->scale;
  r.zero_point = spec->y.zero_point;
  r.lo = spec->lo;
  r.hi = spec->hi;
  args->requantize = r;
}
