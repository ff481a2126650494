// The integer matrix tile that the fast convolution and the fast dense layer share: some pixels by some blocks of
// kChannelBlock channels.
#pragma once

#include <atomic>

#include "ops/requantize_fast.hpp"
#include "pare/numerics.hpp"

namespace pare {

/// y[p, c] = requantize_c(bias[c] + sum over s in [first, last), l < lanes of the products of
///           the 32-bit lane at stretches[s] + x_offset + p x_pixel + l x_lane (bytes) with w[s, l][c])
/// for p below the tile's pixels and c < channels. A stretch is a row of neighbouring inputs that a window sees.
struct TileS8 {
  const void* const* stretches;  ///< where each stretch of the first output pixel begins
  int first, last;               ///< stretches that lie inside the image
  int lanes;                     ///< of a stretch,
  ptrdiff_t x_lane;              ///< and the bytes between them; 4 but for plain tiles
  ptrdiff_t x_offset, x_pixel;   ///< bytes
  int bundle;                    ///< the most blocks whose weights are interleaved
  ptrdiff_t x_pair;              ///< 0, or: lanes 8 to 15 of a vector are a second pixel, so many bytes further on
  bool half;              ///< the last of two blocks has 8 channels, and its weights and constants have them twice
  bool slide;             ///< a stretch is three taps, each of lanes / 3 and x_pixel bytes
  const int8_t* lone;     ///< for `narrow`, may be null: weights [channel, stretch] of the byte after a stretch's lanes
  const int8_t* weights;  ///< [stretches, lanes, blocks of a bundle, 16 channels, 4 bytes] for each bundle
  ptrdiff_t weight_stretch, weight_block;  ///< bytes of one stretch of a block, and of all its stretches
  const int32_t* bias;                     ///< of the first padded channel
  const RequantizeVectors* requantize;
  int64_t channel;  ///< first padded channel in `requantize`
  int8_t* y;
  ptrdiff_t y_pixel;
  int channels;  ///< that are stored
};

/// Pixels [0, `pixels`) of blocks [0, `blocks`), which share the weights' and outputs' layout of `tile`. What differs
/// between blocks (weights, bias, channel, y, channels) is left at the last ones.
using TileLoopS8 = void (*)(TileS8& tile, int64_t pixels, int64_t blocks);

/// The tile goes on to the blocks after the next `taken` ones.
inline void next_blocks(TileS8& t, int64_t taken) {
  t.weights += taken * t.weight_block;
  t.bias += taken * kChannelBlock;
  t.channel += taken * kChannelBlock;
  t.y += taken * kChannelBlock;
  t.channels -= static_cast<int>(taken * kChannelBlock);
}

/// A layer of so few channels may have pixels as lanes instead.
inline constexpr int kNarrow = 8;

/// Codes become what tiles read: bytes q + 128 (x86) or q (Arm, AMX, AVX2's single pixels), or words q - zero_point.
using CopyRowS8 = void (*)(const int8_t* from, void* to, int64_t count, int32_t zero_point);

/// Makes lanes of the bytes of a column: byte k of the lane at `to` + i is rows[k][offset + i], or 0 if k is not in [first, last),
/// for every i < bytes at which a lane begins. That is in the first 64 where `begins` has a bit, and goes on in the same steps of 4
/// to 64. At most four rows; offset >= last - 1. Up to 64 bytes behind may be read of the rows, and written of the lanes.
using MergeRowsS8 = void (*)(const void* const* rows, int first, int last, ptrdiff_t offset, uint64_t begins, int64_t bytes, void* to);

/// An instruction set's tiles, and how they want weights and inputs.
struct TilesS8 {
  Isa isa = Isa::Portable;
  TileLoopS8 loop = nullptr;
  CopyRowS8 copy = nullptr;
  CopyRowS8 copy_flipped = nullptr;  ///< the same of codes that are q + 128 already; null if it takes none
  /// Pixels of three channels get a fourth, which means nothing; `count` elements with it. May be null.
  CopyRowS8 copy_of_three = nullptr;
  MergeRowsS8 merge = nullptr;  ///< may be null
  /// For kNarrow channels of one group, if 16 pixels and a lane lie within 128 bytes; weights are [stretches, lanes,
  /// channel, 4 bytes], `blocks` is not read. May be null.
  TileLoopS8 narrow = nullptr;
  int group = 4;          ///< inputs in a lane: 4 bytes, or 2 words
  int bundle = 1;         ///< the most blocks whose weights are interleaved, a power of two
  bool pairs = false;     ///< may two pixels of 8 channels share a vector?
  bool halves = false;    ///< does it read `half`?
  bool columns = false;   ///< does it read x_lane?
  bool lines = false;     ///< does it take Rule::Line and Rule::Twice?
  int bundle_of_one = 1;  ///< the same where there is one pixel
  int offset = 128;       ///< of copied bytes
  int lanes_at_once = 1;
  int pixels_at_once = 1;  ///< of fewer, so many are read
  bool in_place = false;   ///< does it read codes as they are, and nothing behind the last whole lanes and pixels?

  /// The lanes of a stretch that has `lanes`: those beyond have weights 0, and inputs that mean nothing.
  int padded_lanes(int lanes) const { return (lanes + lanes_at_once - 1) / lanes_at_once * lanes_at_once; }

  /// What real zero is copied as. A sum over copied inputs is too large by it, times the sum of the weights.
  int32_t copied_zero(int32_t zero_point) const { return group == 4 ? zero_point + offset : 0; }
};
void tiles_s8_avx2(TileS8& tile, int64_t pixels, int64_t blocks);
void copy_row_avx2(const int8_t* from, void* to, int64_t count, int32_t zero_point);
void tiles_s8_avx2_signs(TileS8& tile, int64_t pixels, int64_t blocks);
void tiles_s8_avxvnni(TileS8& tile, int64_t pixels, int64_t blocks);
void copy_row_avxvnni(const int8_t* from, void* to, int64_t count, int32_t zero_point);
void tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks);
void narrow_tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks);
void copy_row_of_three_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t zero_point);
void copy_row_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t zero_point);
void merge_rows_avx512vnni(const void* const* rows, int first, int last, ptrdiff_t offset, uint64_t begins, int64_t bytes, void* to);
void copy_flipped_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t zero_point);
/// Reads lanes_at_once = pixels_at_once = kAmxRows; emulated, for tests, where the machine lacks Isa::Amx.
void tiles_s8_amx(TileS8& tile, int64_t pixels, int64_t blocks);
void tiles_s8_neon(TileS8& tile, int64_t pixels, int64_t blocks);
void tiles_s8_dotprod(TileS8& tile, int64_t pixels, int64_t blocks);

/// For tests: AMX serves every layer, not only those that it makes faster.
inline std::atomic<bool> amx_everywhere = false;

/// The tiles for an instruction set, its own or those of its base; loop is null if there are none.
TilesS8 tiles_s8(Isa isa);
/// The same for a single pixel, whose time goes into reading weights: they may be half as large, but none may be -128.
TilesS8 tiles_s8_of_pixel(Isa isa);

/// How codes come into a ring of what tiles read (window_rows.hpp).
template <class Element>
struct CopyCodes {
  using In = int8_t;
  using Out = Element;
  Element outside;
  CopyRowS8 copy;
  int32_t zero_point;
  int in_c;  ///< channels of a pixel before it is copied
  void operator()(const int8_t* from, Element* to, int64_t count) const { copy(from, to, count, zero_point); }
};

/// How many of the next `blocks` blocks are interleaved, if `most` may be.
inline int64_t bundle_of(int64_t blocks, int64_t most) {
  while (most > blocks) most /= 2;
  return most;
}

}  // namespace pare
