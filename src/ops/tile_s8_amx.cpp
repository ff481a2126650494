// Tiles on Intel AMX. An input tile holds up to 16 pixels of up to 16 lanes, as they lie in memory; a weight tile the
// same lanes of one block of channels, as they are packed; a tile of sums has a row for each pixel. Two input tiles and
// two weight tiles give four tiles of sums at a time, which begin at the bias, are stored, and become codes by AVX-512.
#if defined(__x86_64__)
#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include <algorithm>

#include "ops/amx.hpp"
#include "ops/simd_s8.inc"
#include "ops/tile_s8.hpp"
// clang-format on
#define PARE_AMX_SIMD \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vbmi,avx512vnni,avx2,fma,amx-tile,amx-int8")))

namespace pare {
namespace {

// The first tile of each kind. The sums of input tile i and block b are 2 i + b.
constexpr int kSums = 0, kInputs = 4, kWeights = 6;

// Pixels [0, total) in `count` tiles of equally many: the last one begins where it ends with the last pixel.
struct Split {
  int64_t total, count;
  int pixels;
  explicit Split(int64_t all)
      : total(all), count((all + kAmxRows - 1) / kAmxRows), pixels(static_cast<int>((all + count - 1) / count)) {}
  int64_t first(int64_t tile) const { return std::min(tile * pixels, total - pixels); }
};

AmxConfig config_for(int pixels, int lanes) {
  AmxConfig config;
  for (int i = kSums; i < kInputs; ++i) config.shape(i, pixels, kAmxRowBytes);
  for (int i = kInputs; i < kWeights; ++i) config.shape(i, pixels, 4 * lanes);
  for (int i = kWeights; i < kAmxTiles; ++i) config.shape(i, lanes, kAmxRowBytes);
  return config;
}

// Four pixels of 16 codes each; those from number kPixel on, if they are among `pixels`.
template <int kPixel>
PARE_SIMD_INLINE void store_pixels(int8_t* y, ptrdiff_t y_pixel, Ints codes, int pixels, int channels) {
  if (kPixel >= pixels) return;
  store_piece<16, kPixel>(y + kPixel * y_pixel, codes, channels);
  if constexpr (kPixel < 3) store_pixels<kPixel + 1>(y, y_pixel, codes, pixels, channels);
}

// Codes of the sums [pixels, 16 channels] of block `block`, to the pixels from y on.
PARE_SIMD void finish(const TileS8& t, const int32_t* sums, int pixels, int block, int8_t* y) {
  const auto lanes = static_cast<int>(kChannelBlock) * block;
  for (int p = 0; p < pixels; p += 4) {
    Ints q[4];
    for (int i = 0; i < 4; ++i) q[i] = load(sums + std::min(p + i, pixels - 1) * kLanes);
    requantize<4, 1>(q, *t.requantize, t.channel + lanes);
    const Ints codes = pack(q[0], q[1], q[2], q[3], *t.requantize);
    store_pixels<0>(y + p * t.y_pixel + lanes, t.y_pixel, codes, pixels - p, t.channels - lanes);
  }
}

template <class Amx>
class Loop {
 public:
  PARE_AMX_SIMD Loop(const TileS8& t, int64_t pixels) : t_(t), split_(pixels) {
    const int steps = (t.lanes + kAmxRows - 1) / kAmxRows;
    lanes_ = t.lanes / steps;
    amx_.configure(config_for(split_.pixels, lanes_));
  }
  PARE_AMX_SIMD ~Loop() { amx_.release(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // All pixels of kBlocks blocks.
  template <int kBlocks>
  void run() {
    int64_t tile = 0;
    for (; tile + 1 < split_.count; tile += 2) run<2, kBlocks>(split_.first(tile), split_.first(tile + 1));
    if (tile < split_.count) run<1, kBlocks>(split_.first(tile), 0);
  }

 private:
  // The pixels from `first` on, and those from `second` on.
  template <int kPixels, int kBlocks>
  PARE_AMX_SIMD void run(int64_t first, int64_t second) {
    begin<0>();
    if constexpr (kBlocks == 2) begin<1>();
    if constexpr (kPixels == 2) begin<2>();
    if constexpr (kPixels == 2 && kBlocks == 2) begin<3>();
    const int8_t* w = t_.weights + t_.first * t_.weight_stretch;
    for (int s = t_.first; s < t_.last; ++s)
      w = add_stretch<kPixels, kBlocks>(static_cast<const int8_t*>(t_.stretches[s]) + t_.x_offset + first * t_.x_pixel,
                                        (second - first) * t_.x_pixel, w);
    end<0>(first);
    if constexpr (kBlocks == 2) end<1>(first);
    if constexpr (kPixels == 2) end<2>(second);
    if constexpr (kPixels == 2 && kBlocks == 2) end<3>(second);
  }

  // Inputs from x on, and of the second pixels `apart` bytes further. Returns the weights that follow.
  template <int kPixels, int kBlocks>
  PARE_AMX_SIMD const int8_t* add_stretch(const int8_t* x, ptrdiff_t apart, const int8_t* w) {
    for (int l = 0; l < t_.lanes; l += lanes_, x += 4 * lanes_, w += kAmxRowBytes * lanes_) {
      amx_.template load<kInputs>(x, t_.x_pixel);
      amx_.template load<kWeights>(w, kAmxRowBytes);
      amx_.template dot<0, kInputs, kWeights>();
      if constexpr (kBlocks == 2) amx_.template load<kWeights + 1>(w + t_.weight_block, kAmxRowBytes);
      if constexpr (kBlocks == 2) amx_.template dot<1, kInputs, kWeights + 1>();
      if constexpr (kPixels == 2) amx_.template load<kInputs + 1>(x + apart, t_.x_pixel);
      if constexpr (kPixels == 2) amx_.template dot<2, kInputs + 1, kWeights>();
      if constexpr (kPixels == 2 && kBlocks == 2) amx_.template dot<3, kInputs + 1, kWeights + 1>();
    }
    return w;
  }

  // Each row of the sums is the bias of their block.
  template <int kTile>
  PARE_AMX_SIMD void begin() {
    amx_.template load<kTile>(t_.bias + kTile % 2 * kChannelBlock, 0);
  }
  template <int kTile>
  PARE_AMX_SIMD void end(int64_t first) {
    alignas(64) int32_t sums[kAmxRows * kLanes];
    amx_.template store<kTile>(sums, kAmxRowBytes);
    finish(t_, sums, split_.pixels, kTile % 2, t_.y + first * t_.y_pixel);
  }

  const TileS8& t_;
  Split split_;
  int lanes_;  // of an input tile's rows
  Amx amx_;
};

template <class Amx>
void tiles(TileS8& t, int64_t pixels, int64_t blocks) {
  Loop<Amx> loop(t, pixels);
  while (true) {
    const int64_t taken = std::min<int64_t>(blocks, 2);
    if (taken == 2)
      loop.template run<2>();
    else
      loop.template run<1>();
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
