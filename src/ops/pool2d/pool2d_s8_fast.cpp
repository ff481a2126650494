#include "ops/pool2d/pool2d_s8_fast.hpp"

#include <algorithm>

namespace pare {
namespace {

constexpr int64_t kMostPlaces = 1 << 16;  // their sum, rounded, stays below 2^24

struct Packed {
  struct Args {
    pare_pool2d_s8_args pool;
    LoopsS8 loops;
    RequantizeVectors limits;
  } args{};
};
using Args = Packed::Args;

struct Span {
  int32_t first, last;
  int32_t size() const { return last - first; }
};
Span inside(int32_t first, int32_t window, int32_t extent) {
  return {std::max(first, 0), std::min(first + window, extent)};
}

void maximum(const Args& a, const StackS8& s) { a.loops.maximum(s, a.limits); }

void average(const Args& a, const StackS8& s) {
  const int32_t places = s.extent[1] * s.extent[2];
  const int32_t count = a.pool.count_outside ? a.pool.kernel_h * a.pool.kernel_w : places;
  a.loops.average(s, {a.limits, count, (count - places) * a.pool.in_zero_point});
}

// One output row; `s` holds the sample and the row's first output.
template <class Pool>
void run_row(const Args& a, StackS8 s, int32_t oh, Pool pool) {
  const pare_pool2d_s8_args& p = a.pool;
  const int8_t* sample = s.x;
  const Span h = inside(oh * p.stride_h - p.pad_top, p.kernel_h, p.in_h);
  for (int32_t ow = 0; ow < p.out_w; ++ow, s.y += p.c) {
    const Span w = inside(ow * p.stride_w - p.pad_left, p.kernel_w, p.in_w);
    s.x = sample + h.first * s.stride[1] + w.first * s.stride[2];
    s.extent[1] = h.size();
    s.extent[2] = w.size();
    pool(a, s);
  }
}

template <class Pool>
void run(const void* args, const pare_io* io, Pool pool) {
  const auto& a = *static_cast<const Args*>(args);
  const pare_pool2d_s8_args& p = a.pool;
  const ptrdiff_t sample = ptrdiff_t{1} * p.in_h * p.in_w * p.c, row = ptrdiff_t{1} * p.out_w * p.c;
  StackS8 s{};
  s.x = static_cast<const int8_t*>(io->in[0]);
  s.x_end = s.x + p.n * sample;
  s.y = static_cast<int8_t*>(io->out[0]);
  s.y_end = s.y + ptrdiff_t{p.n} * p.out_h * row;
  s.extent[0] = 1;
  s.stride[1] = ptrdiff_t{1} * p.in_w * p.c;
  s.stride[2] = s.channels = p.c;
  for (int32_t n = 0; n < p.n; ++n, s.x += sample)
    for (int32_t oh = 0; oh < p.out_h; ++oh, s.y += row) run_row(a, s, oh, pool);
}

void run_maximum(const void* args, const pare_io* io) { run(args, io, maximum); }
void run_average(const void* args, const pare_io* io) { run(args, io, average); }

}  // namespace

std::optional<Kernel> fast_pool2d_s8(const pare_pool2d_s8_args& args, bool max, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.maximum || int64_t{args.kernel_h} * args.kernel_w > kMostPlaces) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  packed->args = {args, loops, limits_only(0, args.lo, args.hi)};
  return twin_of(reference, loops.isa, max ? run_maximum : run_average, packed);
}

}  // namespace pare
