#include "ops/tile_f32.hpp"

namespace pare {

TileLoop tile_loop(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::Avx512Vnni) return tiles_f32_avx512;
  if (isa == Isa::Avx2 || isa == Isa::AvxVnni) return tiles_f32_avx2;
#elif defined(__aarch64__)
  if (isa == Isa::Neon || isa == Isa::DotProd) return tiles_f32_neon;
#endif
  (void)isa;
  return nullptr;
}

std::string_view tile_name(Isa isa) {
  switch (isa) {
    case Isa::Portable: return "portable";
    case Isa::Avx2:
    case Isa::AvxVnni: return "avx2";
    case Isa::Avx512Vnni: return "avx512";
    case Isa::Neon:
    case Isa::DotProd: return "neon";
  }
  return "";
}

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

Tensor pack_bias(const Tensor& bias, int64_t channels, int64_t groups) {
  if (!bias.empty()) return pack_blocks(bias, channels, groups);
  return Tensor(DType::F32, {groups, blocks_of(channels / groups), 1, kTileBlock});
}

}  // namespace pare
