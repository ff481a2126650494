// The matrix tile that the fast convolution and the fast dense layer share: some pixels by some blocks of 16 channels.
#pragma once

#include <cstddef>

#include "pare/numerics.hpp"

namespace pare {

/// Output channels stand in blocks of this many, whatever the instruction set.
inline constexpr int kTileBlock = 16;

/// y[p, c] = clamp(bias[c] + sum over kh in [first, last), s < segments, i < length of
///           rows[kh][x_offset + p x_pixel + s x_segment + i] * w[c / 16][kh, s, i][c % 16], lo, hi)
/// for p below the tile's pixels and c < channels.
struct TileF32 {
  const float* const* rows;  ///< where each kernel row's input begins
  int first, last;           ///< kernel rows that lie inside the image
  int segments, length;      ///< stretches of neighbouring inputs in a kernel row
  ptrdiff_t x_offset, x_pixel, x_segment;
  const float* weights;    ///< of the first block; zero where a block is not full
  ptrdiff_t weight_block;  ///< from a block to the next
  const float* bias;       ///< full blocks
  float lo, hi;
  float* y;
  ptrdiff_t y_pixel;
  int channels;  ///< that are stored; at most 16 a block
  bool in_order;  ///< each sum is one chain of products in the order of i; else some tiles keep several sums
  bool joined;    ///< weights are those of join_long_blocks; for one pixel
  bool paired;    ///< the last block is as pair_last_blocks gives it, and its sums are not in order
};

/// Pixels [0, `pixels`) of blocks [0, `blocks`), which share the weights' and outputs' layout of `tile`. What
/// differs between blocks (weights, bias, y, channels) is left at the last ones.
using TileLoop = void (*)(TileF32& tile, int64_t pixels, int64_t blocks);
void tiles_f32_avx2(TileF32& tile, int64_t pixels, int64_t blocks);
void tiles_f32_avx512(TileF32& tile, int64_t pixels, int64_t blocks);
void tiles_f32_neon(TileF32& tile, int64_t pixels, int64_t blocks);

/// The loop for an instruction set, or null if there is none.
TileLoop tile_loop(Isa isa);
/// "avx2", "avx512", "neon": the instruction set's name in the names of float kernels.
std::string_view tile_name(Isa isa);

/// Weights [channels, depth] as [groups, blocks, depth, 16] with `channels / groups` channels in each group's blocks,
/// the last of which is filled with zeros.
Tensor pack_blocks(const Tensor& weights, int64_t channels, int64_t groups);
/// Blocks that a single pixel takes at a time, on vectors of `lanes`.
constexpr int long_blocks(int lanes) { return lanes / 2; }
/// `packed` of pack_blocks for one group, where the weights of each long_blocks of `isa` stand as one block of as many times 16
/// channels: for a single pixel, which reads each weight once, they are one stream of memory. What is left stays as it is.
Tensor join_long_blocks(const Tensor& packed, Isa isa);
/// Can the loop of `isa` take blocks in pairs?
bool takes_pairs(Isa isa);
/// `packed` of pack_blocks, where at most 8 channels of each group's last block are used: there the weights of inputs 2 i
/// and 2 i + 1 of each stretch of `length` inputs stand as one, [.., (length + 1) / 2, 8 channels, 2], which fills a vector.
Tensor pair_last_blocks(const Tensor& packed, int64_t length);
/// The bias as pack_blocks, zeros if it is empty.
Tensor pack_bias(const Tensor& bias, int64_t channels, int64_t groups);

}  // namespace pare
