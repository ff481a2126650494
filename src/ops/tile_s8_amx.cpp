// Tiles on Intel AMX. An input tile holds 16 pixels of 16 lanes, as they lie in memory; a weight tile the same lanes of
// one block of channels, as they are packed; a tile of sums has a row for each pixel. All tiles have one shape, so that
// no layer and no row of it pays for another configuration (some 300 cycles): lanes are padded with weights of 0, the
// last 16 pixels overlap those before them, and where there are less, what lies behind them is read and not stored.
//
// A product takes 16 cycles whatever its sum, and a load 8 beside it: an input tile and four weight tiles keep the unit
// busy. Meanwhile AVX-512 makes codes of the sums before: so each 16 pixels are multiplied before the last ones are
// finished, and the sums wait in memory.
#if defined(__x86_64__)
#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include <algorithm>
#include <cstring>

#include "ops/amx.hpp"
#include "ops/simd_s8.inc"
#include "ops/tile_s8.hpp"
// clang-format on
#define PARE_AMX_SIMD \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vbmi,avx512vnni,avx2,fma,amx-tile,amx-int8")))

namespace pare {
namespace {

constexpr int kMostBlocks = 4;
// The first tile of each kind; the sums of block b are tile b.
constexpr int kInput = kMostBlocks, kWeights = kInput + 1;
constexpr int kWeightTiles = kAmxTiles - kWeights;

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
      : r(vectors), channel(first), range(vectors), magic(set_all(kMagic + vectors.zero_point)) {
    if constexpr (kRule == Rule::Any) return;
#pragma GCC unroll 4
    for (int b = 0; b < kBlocks; ++b) {
      scale[b] = load_reals(r.scale + channel + b * kLanes);
      nudge[b] = kRule == Rule::Real ? scale[b] : load_reals(r.nudge + channel + b * kLanes);
    }
  }

  PARE_SIMD_INLINE Ints requantized(Ints sum, int b) const {
    if constexpr (kRule == Rule::Positive) return _mm512_castps_si512(plain_sum(sum, scale[b], nudge[b], magic));
    if constexpr (kRule == Rule::Float) return nudged_product(sum, scale[b], nudge[b]);
    if constexpr (kRule == Rule::Real) return real_product(sum, scale[b]);
    requantize<1, 1>(&sum, r, channel + b * kLanes);
    return sum;
  }

  // Two vectors of words with their zero points, in turn. A shift and a blend, since a permutation waits for the products' port.
  PARE_SIMD_INLINE static Ints joined(Ints a, Ints b) {
    return _mm512_mask_blend_epi16(0xaaaaaaaa, a, _mm512_slli_epi32(b, 16));
  }

  // Four vectors of what requantized() gave, as bytes.
  PARE_SIMD_INLINE Ints packed(const Ints (&q)[4]) const {
    if constexpr (kRule != Rule::Positive) return pack(q[0], q[1], q[2], q[3], range);
    alignas(64) int8_t from[64];
    for (int i = 0; i < 64; ++i) from[i] = static_cast<int8_t>(i % 16 / 4 * 16 + i / 32 * 8 + i % 4 * 2 + i / 16 % 2);
    return _mm512_permutexvar_epi8(load(from), pack_bytes(joined(q[0], q[1]), joined(q[2], q[3]), range));
  }
};

// Piece kPiece of 64 codes and those after it, each a pixel of kBlocks blocks, if they are among `pixels`.
template <int kBlocks, int kPiece = 0>
PARE_SIMD_INLINE void store_pixels(int8_t* y, ptrdiff_t y_pixel, Ints codes, int pixels, int channels) {
  if (kPiece >= pixels) return;
  store_piece<16 * kBlocks, kPiece>(y + kPiece * y_pixel, codes, channels);
  if constexpr (kPiece + 1 < 4 / kBlocks) store_pixels<kBlocks, kPiece + 1>(y, y_pixel, codes, pixels, channels);
}

template <Rule kRule, int kBlocks>
PARE_SIMD void finish(const TileS8& t, const int32_t* sums, int pixels, int8_t* y) {
  const Codes<kRule, kBlocks> codes(*t.requantize, t.channel);
  const ptrdiff_t y_pixel = t.y_pixel;
  const int channels = t.channels;
  constexpr int kAtOnce = 4 / kBlocks;
  for (int p = 0; p < pixels; p += kAtOnce, sums += 4 * kLanes, y += kAtOnce * y_pixel) {
    Ints q[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) q[i] = codes.requantized(load(sums + i * kLanes), i % kBlocks);
    store_pixels<kBlocks>(y, y_pixel, codes.packed(q), pixels - p, channels);
  }
}

template <int kBlocks>
Finish finish_for(const TileS8& t) {
  const Rule rule = rule_of<16 * kBlocks>(*t.requantize, t.channel);
  if (rule == Rule::Positive) return finish<Rule::Positive, kBlocks>;
  if (rule == Rule::Float) return finish<Rule::Float, kBlocks>;
  return rule == Rule::Real ? finish<Rule::Real, kBlocks> : finish<Rule::Any, kBlocks>;
}

// The sums of 16 pixels from `first` on.
template <int kBlocks, class Amx>
PARE_AMX_SIMD void multiply(Amx& amx, const TileS8& t, int64_t first) {
  const auto begin = [&]<int... b>(std::integer_sequence<int, b...>) PARE_AMX_SIMD {
    (amx.template load<b>(t.bias + b * kChannelBlock, 0), ...);
  };
  const auto add = [&]<int... b>(std::integer_sequence<int, b...>, const int8_t* w) PARE_AMX_SIMD {
    ((amx.template load<kWeights + b % kWeightTiles>(w + b * kAmxRowBytes, kBlocks * kAmxRowBytes),
      amx.template dot<b, kInput, kWeights + b % kWeightTiles>()), ...);
  };
  constexpr auto kEach = std::make_integer_sequence<int, kBlocks>();
  const ptrdiff_t x_pixel = t.x_pixel, offset = t.x_offset + first * x_pixel;
  const int8_t* w = t.weights + t.first * t.weight_stretch * kBlocks;
  begin(kEach);
  for (int s = t.first, last = t.last; s < last; ++s) {
    const auto* x = static_cast<const int8_t*>(t.stretches[s]) + offset;
    for (const int8_t* end = x + 4 * t.lanes; x < end; x += kAmxRowBytes, w += kBlocks * kAmxRows * kAmxRowBytes) {
      amx.template load<kInput>(x, x_pixel);
      add(kEach, w);
    }
  }
}

// To [16 pixels, kBlocks, 16 channels].
template <int kBlocks, class Amx>
PARE_AMX_SIMD void store_sums(Amx& amx, int32_t* sums) {
  [&]<int... b>(std::integer_sequence<int, b...>) PARE_AMX_SIMD {
    (amx.template store<b>(sums + b * kLanes, kBlocks * kAmxRowBytes), ...);
  }(std::make_integer_sequence<int, kBlocks>());
}

// All pixels of kBlocks blocks.
template <int kBlocks, class Amx>
PARE_AMX_SIMD void all_pixels(Amx& amx, const TileS8& t, int64_t pixels) {
  alignas(64) int32_t sums[kAmxRows * kBlocks * kLanes];
  const Finish finish = finish_for<kBlocks>(t);
  const int count = static_cast<int>(std::min<int64_t>(pixels, kAmxRows));
  multiply<kBlocks>(amx, t, 0);
  store_sums<kBlocks>(amx, sums);
  int64_t before = 0;
  for (int64_t next = kAmxRows; next < pixels; next += kAmxRows) {
    const int64_t first = std::min(next, pixels - kAmxRows);
    multiply<kBlocks>(amx, t, first);
    finish(t, sums, count, t.y + before * t.y_pixel);
    store_sums<kBlocks>(amx, sums);
    before = first;
  }
  finish(t, sums, count, t.y + before * t.y_pixel);
}

template <class Amx>
void tiles(TileS8& t, int64_t pixels, int64_t blocks) {
  Amx amx;
  amx.be_whole();
  while (true) {
    const int64_t taken = bundle_of(blocks, t.bundle);
    if (taken == 4)
      all_pixels<4>(amx, t, pixels);
    else if (taken == 2)
      all_pixels<2>(amx, t, pixels);
    else
      all_pixels<1>(amx, t, pixels);
    blocks -= taken;
    if (blocks == 0) return;
    next_blocks(t, taken);
  }
}

}  // namespace

void copy_row_amx(const int8_t* from, void* to, int64_t count, int32_t) {
  std::memcpy(to, from, static_cast<size_t>(count));
}
void tiles_s8_amx(TileS8& tile, int64_t pixels, int64_t blocks) {
  static const bool here = has(Isa::Amx);
  if (here)
    tiles<AmxTiles>(tile, pixels, blocks);
  else
    tiles<AmxEmulation>(tile, pixels, blocks);
}

}  // namespace pare
#endif
