#include "ops/binary/binary_f32.hpp"

#include <functional>

namespace pare {
namespace {

// One row along the last axis; the strides there are 0 or 1, so that each of the four loops is a vector loop.
template <class F>
void row(const BinaryF32Args& args, const float* a, const float* b, float* y, F f) {
  const int last = args.rank - 1;
  const int64_t count = args.extent[last];
  const auto [lo, hi] = args.limits;
  const auto clamp = [lo = lo, hi = hi](float v) { return v < lo ? lo : v > hi ? hi : v; };
  const bool wide_a = args.stride_a[last] != 0, wide_b = args.stride_b[last] != 0;
  if (wide_a && wide_b) {
    for (int64_t i = 0; i < count; ++i) y[i] = clamp(f(a[i], b[i]));
  } else if (wide_a) {
    for (int64_t i = 0; i < count; ++i) y[i] = clamp(f(a[i], *b));
  } else {
    for (int64_t i = 0; i < count; ++i) y[i] = clamp(f(*a, b[wide_b ? i : 0]));
  }
}

// All rows below axis `axis`; `y` moves on by itself.
template <class F>
void rows(const BinaryF32Args& args, int axis, const float* a, const float* b, float*& y, F f) {
  if (axis == args.rank - 1) {
    args.row ? args.row(args, a, b, y) : row(args, a, b, y, f);
    y += args.extent[axis];
    return;
  }
  for (int64_t i = 0; i < args.extent[axis]; ++i)
    rows(args, axis + 1, a + i * args.stride_a[axis], b + i * args.stride_b[axis], y, f);
}

template <class F>
void run(const void* args, const pare_io* io, F f) {
  const auto& p = *static_cast<const BinaryF32Args*>(args);
  const void* const* next = io->in;
  const float* a = p.a ? p.a : static_cast<const float*>(*next++);
  const float* b = p.b ? p.b : static_cast<const float*>(*next);
  auto* y = static_cast<float*>(io->out[0]);
  rows(p, 0, a, b, y, f);
}

}  // namespace

void add_f32(const void* args, const pare_io* io) { run(args, io, std::plus<float>()); }
void sub_f32(const void* args, const pare_io* io) { run(args, io, std::minus<float>()); }
void mul_f32(const void* args, const pare_io* io) { run(args, io, std::multiplies<float>()); }
void div_f32(const void* args, const pare_io* io) { run(args, io, std::divides<float>()); }

}  // namespace pare
