#include "ops/dense/dense_f32_fast.hpp"

#include <algorithm>

namespace pare {
namespace {

constexpr int64_t kChunk = 48;  // rows whose inputs stay near while all channels pass by

// What all tiles of a dense layer share; `x` is its only kernel row.
TileF32 tile_of(const DenseF32Args& a, const float* const* x) {
  TileF32 t{};
  t.rows = x;
  t.last = t.segments = 1;
  t.length = a.in_c;
  t.x_pixel = a.in_c;
  t.weights = a.weights;
  t.weight_block = static_cast<ptrdiff_t>(a.in_c) * kTileBlock;
  t.bias = a.bias;
  t.lo = a.limits[0];
  t.hi = a.limits[1];
  t.y_pixel = a.out_c;
  t.channels = a.out_c;
  t.joined = a.rows == 1;
  return t;
}

}  // namespace

void dense_f32_fast(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const DenseF32FastArgs*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  for (int64_t row = 0; row < p.dense.rows; row += kChunk) {
    TileF32 t = tile_of(p.dense, &x);
    t.x_offset = row * t.x_pixel;
    t.y = y + row * t.y_pixel;
    p.tiles(t, std::min(kChunk, p.dense.rows - row), (p.dense.out_c + kTileBlock - 1) / kTileBlock);
  }
}

}  // namespace pare
