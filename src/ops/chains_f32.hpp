// Sums of products in the order in which ONNX Runtime takes them, for the Arithmetic `onnx`.
#pragma once

#include <array>

#include "ops/tile_f32.hpp"
#include "pare/tensor.hpp"

namespace pare {

/// y[r, c] = clamp(S_0 + S_1 + ..., lo, hi), summed in order, with the bias before S_0 or behind the last; S_j is the
/// chain of fused multiply-adds from 0 over the products x[r, i] w[c, i] of one stretch of i.                (Eq. 29)
struct ChainsF32 {
  int depth = 0, stretch = 0, channels = 0;
  bool bias_first = false;
  std::array<float, 2> limits{};
  const float* weights = nullptr;  ///< [channels, depth], or as pack_blocks gives them if there are `tiles`
  const float* bias = nullptr;     ///< [channels]
  const float* zeros = nullptr;    ///< full blocks of them, for `tiles`
  TileLoop tiles = nullptr;        ///< null: one chain after another. The bits are the same
};

/// x [rows, depth]; y has `y_row` elements from row to row; `partial` has room for rows x channels elements.
void chains_f32(const ChainsF32& a, const float* x, int64_t rows, float* y, ptrdiff_t y_row, float* partial);

/// A ChainsF32 for each of some groups of channels, with what their pointers point to.
struct PackedChains {
  ChainsF32 first;
  ptrdiff_t group_weights = 0;  ///< from a group's weights to the next's
  Tensor weights, bias, zeros;

  ChainsF32 group(int64_t index) const;
};

/// How the sums of one operator are taken.
struct ChainRule {
  int64_t stretch = 0;
  bool bias_first = false;
  std::array<float, 2> limits{};
};

/// Of `weights` [channels, ...] and `bias` [channels] or empty.
PackedChains pack_chains(const Tensor& weights, const Tensor& bias, int64_t groups, const ChainRule& rule, Isa isa);

/// Products in a stretch of a convolution with `depth` products for each of `pixels` outputs of a channel: 128, halved
/// while the half holds the depth; or doubled for each time that 128 pixels can be halved, down to 16, and still hold
/// all pixels, if these are fewer than the products.                                                        (Eq. 29)
int64_t convolution_stretch(int64_t pixels, int64_t depth);
/// Of a dense layer.
inline constexpr int64_t kDenseStretch = 256;

}  // namespace pare
