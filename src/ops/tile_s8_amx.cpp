// Tiles on Intel AMX. An input tile holds 16 pixels of 16 lanes, as they lie in memory; a weight tile the same lanes of
// one block of channels, as they are packed; a tile of sums has a row for each pixel. All tiles have one shape, so that
// no layer and no row of it pays for another configuration (some 300 cycles): lanes are padded with weights of 0, the
// last 16 pixels overlap those before them, and where there are less, what lies behind them is read and not stored.
//
// A product takes 16 cycles whatever its sum, and a load 8 beside it: an input tile and four weight tiles keep the unit
// busy. Two and two tiles load fewer weights, where these come from the second cache. Meanwhile AVX-512 makes codes of the
// sums before: so each 16 pixels are multiplied before the last ones are finished, and the sums wait in memory.
#if defined(__x86_64__)
#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include <algorithm>
#include <utility>

#include "ops/amx.hpp"
#include "ops/simd_s8.inc"
#include "ops/tile_s8.hpp"
// clang-format on
#define PARE_AMX_SIMD \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vbmi,avx512vnni,avx2,fma,amx-tile,amx-int8")))

namespace pare {
namespace {

constexpr int kInputs = 4;  // the first tile of inputs; those before it are sums, those after it weights
constexpr int kPairBytes = 32 << 10;  // more weights in four blocks leave too little of the first cache for inputs

// Codes of the sums [pixels, kBlocks, 16 channels], to the pixels from y on.
using Finish = void (*)(const TileS8& t, const int32_t* sums, int pixels, int8_t* y);

// How the vectors of kBlocks blocks become codes. Read once for 16 pixels, since the compiler must read memory anew after
// each store of bytes.
template <Rule kRule, int kBlocks>
struct Codes {
  const RequantizeVectors& r;
  int64_t channel;
  CodeRange range;
  Reals magic, scale[kBlocks], nudge[kBlocks];

  PARE_SIMD_INLINE Codes(const RequantizeVectors& vectors, int64_t first)
      : r(vectors), channel(first), range(vectors), magic(magic_of(vectors)) {
    if constexpr (!gives_words(kRule)) return;
#pragma GCC unroll 4
    for (int b = 0; b < kBlocks; ++b) {
      scale[b] = load_reals(r.scale + channel + b * kLanes);
      nudge[b] = load_reals(r.nudge + channel + b * kLanes);
    }
  }

  PARE_SIMD_INLINE Ints requantized(Ints sum, int b) const {
    if constexpr (gives_words(kRule)) return word_product<kRule>(sum, scale[b], nudge[b], magic);
    requantize<1, 1>(&sum, r, channel + b * kLanes);
    return sum;
  }

  // Four vectors of what requantized() gave, as bytes.
  PARE_SIMD_INLINE Ints packed(const Ints (&q)[4]) const {
    return pack_joined<kRule>(q[0], q[1], q[2], q[3], range);
  }
};

template <Rule kRule, int kBlocks>
PARE_SIMD void finish(const TileS8& t, const int32_t* sums, int pixels, int8_t* y) {
  const Codes<kRule, kBlocks> codes(*t.requantize, t.channel);
  const Place to{y, t.y_pixel, t.channels};
  constexpr int kAtOnce = 4 / kBlocks;
  for (int p = 0; p < pixels; p += kAtOnce, sums += 4 * kLanes) {
    Ints q[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) q[i] = codes.requantized(load(sums + i * kLanes), i % kBlocks);
    store_pieces<kBlocks, 0, kAtOnce>(to, codes.packed(q), p, 0, pixels);
  }
}

template <int kBlocks>
Finish finish_for(const TileS8& t) {
  const Rule rule = rule_of<16 * kBlocks>(*t.requantize, t.channel);
  return by_rule(rule, []<Rule kRule>() -> Finish { return finish<kRule, kBlocks>; });
}

// Blocks [0, kBlocks) of a bundle of `bundle`, for kTiles times 16 pixels. The sums of tile i and block b are tile
// i kBlocks + b.
template <int kTiles, int kBlocks>
struct Product {
  static constexpr int kWeights = kInputs + kTiles, kWeightTiles = kAmxTiles - kWeights;

  // Of the pixels from first[i] on.
  template <class Amx>
  PARE_AMX_SIMD static void multiply(Amx& amx, const TileS8& t, int64_t bundle, const int64_t* first) {
    const ptrdiff_t x_pixel = t.x_pixel, apart = kTiles == 1 ? 0 : (first[kTiles - 1] - first[0]) * x_pixel;
    const ptrdiff_t offset = t.x_offset + first[0] * x_pixel, w_lane = bundle * kAmxRowBytes;
    const int8_t* w = t.weights + t.first * t.weight_stretch * bundle;
    begin(amx, t.bias, std::make_integer_sequence<int, kTiles * kBlocks>());
    for (int s = t.first, last = t.last; s < last; ++s) {
      const auto* x = static_cast<const int8_t*>(t.stretches[s]) + offset;
      for (const int8_t* end = x + 4 * t.lanes; x < end; x += kAmxRowBytes, w += kAmxRows * w_lane) {
        amx.template load<kInputs>(x, x_pixel);
        if constexpr (kTiles == 2) amx.template load<kInputs + 1>(x + apart, x_pixel);
        add(amx, w, w_lane, std::make_integer_sequence<int, kBlocks>());
      }
    }
  }

  // To [kTiles, 16 pixels, kBlocks, 16 channels].
  template <class Amx>
  PARE_AMX_SIMD static void store(Amx& amx, int32_t* sums) {
    store(amx, sums, std::make_integer_sequence<int, kTiles * kBlocks>());
  }

 private:
  template <class Amx, int... kSums>
  PARE_AMX_SIMD static void begin(Amx& amx, const int32_t* bias, std::integer_sequence<int, kSums...>) {
    (amx.template load<kSums>(bias + kSums % kBlocks * kChannelBlock, 0), ...);
  }
  template <class Amx, int... kBlock>
  PARE_AMX_SIMD static void add(Amx& amx, const int8_t* w, ptrdiff_t w_lane, std::integer_sequence<int, kBlock...>) {
    (add_block<kBlock>(amx, w + kBlock * kAmxRowBytes, w_lane), ...);
  }
  template <int kBlock, class Amx>
  PARE_AMX_SIMD static void add_block(Amx& amx, const int8_t* w, ptrdiff_t w_lane) {
    constexpr int kWeight = kWeights + kBlock % kWeightTiles;
    amx.template load<kWeight>(w, w_lane);
    amx.template dot<kBlock, kInputs, kWeight>();
    if constexpr (kTiles == 2) amx.template dot<kBlocks + kBlock, kInputs + 1, kWeight>();
  }
  template <class Amx, int... kSums>
  PARE_AMX_SIMD static void store(Amx& amx, int32_t* sums, std::integer_sequence<int, kSums...>) {
    (amx.template store<kSums>(sums + (kSums / kBlocks * kAmxRows * kBlocks + kSums % kBlocks) * kLanes,
                               kBlocks * kAmxRowBytes), ...);
  }
};

// All pixels of the blocks [0, kBlocks) of a bundle.
template <int kBlocks, class Amx>
PARE_AMX_SIMD void all_pixels(Amx& amx, const TileS8& t, int64_t pixels, int64_t bundle) {
  constexpr int kTiles = kBlocks == 4 ? 1 : 2, kTileSums = kAmxRows * kBlocks * kLanes;
  alignas(64) int32_t sums[kTiles * kTileSums];
  const Finish finish = finish_for<kBlocks>(t);
  const int in_tile = static_cast<int>(std::min<int64_t>(pixels, kAmxRows));
  const int64_t tiles = (pixels + kAmxRows - 1) / kAmxRows;
  int64_t before[kTiles] = {}, first[kTiles] = {};
  int unfinished = 0;
  const auto finish_all = [&] {
    for (int i = 0; i < unfinished; ++i) finish(t, sums + i * kTileSums, in_tile, t.y + before[i] * t.y_pixel);
  };
  for (int64_t tile = 0; tile < tiles; tile += kTiles) {
    const int taken = static_cast<int>(std::min<int64_t>(tiles - tile, kTiles));
    for (int i = 0; i < taken; ++i) first[i] = std::min((tile + i) * kAmxRows, pixels - in_tile);
    if (taken == kTiles)
      Product<kTiles, kBlocks>::multiply(amx, t, bundle, first);
    else
      Product<1, kBlocks>::multiply(amx, t, bundle, first);
    finish_all();
    if (taken == kTiles)
      Product<kTiles, kBlocks>::store(amx, sums);
    else
      Product<1, kBlocks>::store(amx, sums);
    std::copy_n(first, taken, before);
    unfinished = taken;
  }
  finish_all();
}

// A bundle of four blocks: by all of them, or by two and two, each for 32 pixels.
template <class Amx>
void four_blocks(Amx& amx, const TileS8& t, int64_t pixels) {
  if (pixels <= kAmxRows || 4 * t.weight_block <= kPairBytes) return all_pixels<4>(amx, t, pixels, 4);
  TileS8 first = t, second = t;
  first.channels = std::min(t.channels, 2 * static_cast<int>(kChannelBlock));
  next_blocks(second, 2);
  second.weights = t.weights + 2 * kAmxRowBytes;  // in the same bundle
  all_pixels<2>(amx, first, pixels, 4);
  all_pixels<2>(amx, second, pixels, 4);
}

template <class Amx>
void tiles(TileS8& t, int64_t pixels, int64_t blocks) {
  Amx amx;
  amx.be_whole();
  while (true) {
    const int64_t taken = bundle_of(blocks, t.bundle);
    if (taken == 4)
      four_blocks(amx, t, pixels);
    else if (taken == 2)
      all_pixels<2>(amx, t, pixels, 2);
    else
      all_pixels<1>(amx, t, pixels, 1);
    blocks -= taken;
    if (blocks == 0) return;
    next_blocks(t, taken);
  }
}

}  // namespace

void tiles_s8_amx(TileS8& tile, int64_t pixels, int64_t blocks) {
  static const bool here = has(Isa::Amx);
  if (here)
    tiles<AmxTiles>(tile, pixels, blocks);
  else
    tiles<AmxEmulation>(tile, pixels, blocks);
}

}  // namespace pare
#endif
