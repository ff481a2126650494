// Problem: a float32 sum depends on its order in the last bits. That is nothing to a float model, but QuantizeLinear
// makes a whole step of it where a sum lies near the middle between two codes, and what follows may make three steps of
// one: with sums in double, 5 codes of 10,000 of a ResNet-8 differed from ONNX Runtime's, some by 3. The order is
// simple, and the same on every machine with fused multiply-adds; taken as it is, all codes are equal.
#include "ops/chains_f32.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pare {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

int stretch_at(const ChainsF32& a, int begin) { return std::min(a.stretch, a.depth - begin); }

float chain(const float* x, const float* w, int count) {
  float sum = 0;
  for (int i = 0; i < count; ++i) sum = std::fma(x[i], w[i], sum);
  return sum;
}

// S_j of the stretch that begins at `begin`, for all rows and channels.
void stretch_by_chain(const ChainsF32& a, const float* x, int64_t rows, int begin, float* partial) {
  for (int64_t r = 0; r < rows; ++r)
    for (int c = 0; c < a.channels; ++c)
      *partial++ =
          chain(x + r * a.depth + begin, a.weights + static_cast<ptrdiff_t>(c) * a.depth + begin, stretch_at(a, begin));
}

void stretch_by_tiles(const ChainsF32& a, const float* x, int64_t rows, int begin, float* partial) {
  TileF32 t{};
  t.rows = &x;
  t.last = t.segments = 1;
  t.length = stretch_at(a, begin);
  t.x_offset = begin;
  t.x_pixel = a.depth;
  t.weights = a.weights + static_cast<ptrdiff_t>(begin) * kTileBlock;
  t.weight_block = static_cast<ptrdiff_t>(a.depth) * kTileBlock;
  t.bias = a.zeros;
  t.lo = -kInfinity;
  t.hi = kInfinity;
  t.y = partial;
  t.y_pixel = t.channels = a.channels;
  t.in_order = true;
  a.tiles(t, rows, (a.channels + kTileBlock - 1) / kTileBlock);
}

// f(element of y, channel, element of partial)
template <class F>
void for_each(const ChainsF32& a, int64_t rows, float* y, ptrdiff_t y_row, const float* partial, F f) {
  for (int64_t r = 0; r < rows; ++r, y += y_row, partial += a.channels)
    for (int c = 0; c < a.channels; ++c) f(y[c], c, partial[c]);
}

}  // namespace

void chains_f32(const ChainsF32& a, const float* x, int64_t rows, float* y, ptrdiff_t y_row, float* partial) {
  for_each(a, rows, y, y_row, partial, [&](float& sum, int c, float) { sum = a.bias_first ? a.bias[c] : 0.0f; });
  for (int begin = 0; begin < a.depth; begin += a.stretch) {
    (a.tiles ? stretch_by_tiles : stretch_by_chain)(a, x, rows, begin, partial);
    for_each(a, rows, y, y_row, partial, [](float& sum, int, float part) { sum += part; });
  }
  for_each(a, rows, y, y_row, partial, [&](float& sum, int c, float) {
    sum = std::clamp(a.bias_first ? sum : sum + a.bias[c], a.limits[0], a.limits[1]);
  });
}

ChainsF32 PackedChains::group(int64_t index) const {
  ChainsF32 chains = first;
  chains.weights += index * group_weights;
  chains.bias += index * chains.channels;
  return chains;
}

PackedChains pack_chains(const Tensor& weights, const Tensor& bias, int64_t groups, const ChainRule& rule, Isa isa) {
  const int64_t channels = weights.shape()[0], depth = weights.count() / channels, per_group = channels / groups;
  const int64_t full = (per_group + kTileBlock - 1) / kTileBlock * kTileBlock;
  PackedChains packed;
  packed.first = {static_cast<int>(depth), static_cast<int>(rule.stretch), static_cast<int>(per_group), rule.bias_first,
                  rule.limits};
  packed.first.tiles = tile_loop(isa);
  packed.weights = packed.first.tiles ? pack_blocks(weights, channels, groups) : weights;
  packed.group_weights = (packed.first.tiles ? full : per_group) * depth;
  packed.bias = bias.empty() ? Tensor(DType::F32, {channels}) : bias;
  packed.zeros = Tensor(DType::F32, {full});
  packed.first.weights = packed.weights.view<float>().data();
  packed.first.bias = packed.bias.view<float>().data();
  packed.first.zeros = packed.zeros.view<float>().data();
  return packed;
}

int64_t convolution_stretch(int64_t pixels, int64_t depth) {
  int64_t stretch = 128;
  if (pixels >= depth) {
    while (stretch / 2 >= depth) stretch /= 2;
  } else {
    for (int64_t width = 128; width > 16 && width / 2 >= pixels; width /= 2) stretch *= 2;
  }
  return stretch;
}

}  // namespace pare
