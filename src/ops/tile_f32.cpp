#include "ops/tile_f32.hpp"

#include <algorithm>

#include "ops/isa_table.hpp"

namespace pare {

namespace {

struct Row {
  Isa isa;
  TileLoop loop;
  std::string_view name;
};
constexpr Row kRows[] = {
    {Isa::Portable, nullptr, "portable"},
#if defined(__x86_64__)
    {Isa::Avx2, tiles_f32_avx2, "avx2"},
    {Isa::Avx512Vnni, tiles_f32_avx512, "avx512"},
#elif defined(__aarch64__)
    {Isa::Neon, tiles_f32_neon, "neon"},
#endif
};

}  // namespace

TileLoop tile_loop(Isa isa) { return row_for(kRows, isa).loop; }
std::string_view tile_name(Isa isa) { return row_for(kRows, isa).name; }

namespace {

int64_t blocks_of(int64_t channels) { return (channels + kTileBlock - 1) / kTileBlock; }

}  // namespace

Tensor pack_blocks(const Tensor& weights, int64_t channels, int64_t groups) {
  const int64_t depth = weights.count() / channels, per_group = channels / groups, blocks = blocks_of(per_group);
  Tensor packed(DType::F32, {groups, blocks, depth, kTileBlock});
  const auto from = weights.view<float>();
  auto to = packed.edit<float>();
  for (int64_t c = 0; c < channels; ++c) {
    const int64_t inside = c % per_group, block = c / per_group * blocks + inside / kTileBlock;
    for (int64_t i = 0; i < depth; ++i)
      to[static_cast<size_t>((block * depth + i) * kTileBlock + inside % kTileBlock)] = from[static_cast<size_t>(c * depth + i)];
  }
  return packed;
}

namespace {

int lanes_of(Isa isa) { return tile_name(isa) == "avx512" ? 16 : tile_name(isa) == "avx2" ? 8 : 4; }

}  // namespace

Tensor join_long_blocks(const Tensor& packed, Isa isa) {
  const int64_t joined = long_blocks(lanes_of(isa)), blocks = packed.shape()[1], depth = packed.shape()[2];
  Tensor result = packed;
  auto to = result.edit<float>();
  const auto from = packed.view<float>();
  for (int64_t b = 0; b < blocks / joined * joined; ++b)
    for (int64_t i = 0; i < depth; ++i)
      std::copy_n(from.begin() + (b * depth + i) * kTileBlock, kTileBlock,
                  to.begin() + (b / joined * joined * depth + i * joined + b % joined) * kTileBlock);
  return result;
}

bool takes_pairs(Isa isa) { return isa == Isa::Avx512Vnni; }

Tensor pair_last_blocks(const Tensor& packed, int64_t length) {
  const int64_t blocks = packed.shape()[1], depth = packed.shape()[2];
  Tensor paired = packed;
  auto to = paired.edit<float>();
  const auto from = packed.view<float>();
  for (int64_t g = 0; g < packed.shape()[0]; ++g) {
    const auto block = static_cast<size_t>((g * blocks + blocks - 1) * depth * kTileBlock);
    std::fill_n(to.begin() + static_cast<ptrdiff_t>(block), depth * kTileBlock, 0.0f);
    for (int64_t i = 0; i < depth; ++i)
      for (int64_t c = 0; c < kTileBlock / 2; ++c) {
        const int64_t pair = i / length * ((length + 1) / 2) + i % length / 2;
        to[block + static_cast<size_t>(pair * kTileBlock + 2 * c + i % length % 2)] = from[block + static_cast<size_t>(i * kTileBlock + c)];
      }
  }
  return paired;
}

Tensor pack_bias(const Tensor& bias, int64_t channels, int64_t groups) {
  if (!bias.empty()) return pack_blocks(bias, channels, groups);
  return Tensor(DType::F32, {groups, blocks_of(channels / groups), 1, kTileBlock});
}

}  // namespace pare
