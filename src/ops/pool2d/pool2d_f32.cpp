#include "ops/pool2d/pool2d_f32.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pare {
namespace {

// Calls f(x of one place) for all places of the window; `x` is one sample at the channel.
template <class F>
void for_each_place(const Pool2dF32Args& a, const PoolWindow& w, const float* x, F f) {
  for (int ih = w.top; ih < w.bottom; ++ih)
    for (int iw = w.left; iw < w.right; ++iw) f(x[(static_cast<ptrdiff_t>(ih) * a.in_w + iw) * a.in_c]);
}

float maximum(const Pool2dF32Args& a, const PoolWindow& w, const float* x) {
  float greatest = -std::numeric_limits<float>::infinity();
  for_each_place(a, w, x, [&](float value) { greatest = value > greatest ? value : greatest; });
  return greatest;
}

float average(const Pool2dF32Args& a, const PoolWindow& w, const float* x) {
  double sum = 0;
  for_each_place(a, w, x, [&](float value) { sum += value; });
  const int count = pool_divisor(a, w);
  return static_cast<float>(count > 0 ? sum / count : 0.0);
}

template <float (*kReduce)(const Pool2dF32Args&, const PoolWindow&, const float*)>
void pool(const Pool2dF32Args& a, const float* x, float* y) {
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.in_c)
    for (int oh = 0; oh < a.out_h; ++oh)
      for (int ow = 0; ow < a.out_w; ++ow) {
        const PoolWindow w = pool_window(a, oh, ow);
        for (int c = 0; c < a.in_c; ++c) *y++ = std::clamp(kReduce(a, w, x + c), a.limits[0], a.limits[1]);
      }
}

}  // namespace

void max_pool2d_f32(const void* args, const pare_io* io) {
  pool<maximum>(*static_cast<const Pool2dF32Args*>(args), static_cast<const float*>(io->in[0]), static_cast<float*>(io->out[0]));
}

void average_pool2d_f32(const void* args, const pare_io* io) {
  pool<average>(*static_cast<const Pool2dF32Args*>(args), static_cast<const float*>(io->in[0]), static_cast<float*>(io->out[0]));
}

}  // namespace pare
