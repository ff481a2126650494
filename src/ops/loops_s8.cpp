#include "ops/loops_s8.hpp"

#include "ops/isa_table.hpp"

namespace pare {

namespace {

struct Row {
  Isa isa;
  LoopsS8 (*loops)();
};
constexpr Row kRows[] = {
    {Isa::Portable, [] { return LoopsS8{}; }},
#if defined(__x86_64__)
    {Isa::Avx2, loops_s8_avx2},
    {Isa::Avx512Vnni, loops_s8_avx512vnni},
#elif defined(__aarch64__)
    {Isa::Neon, loops_s8_neon},
#endif
};

}  // namespace

LoopsS8 loops_s8(Isa isa) {
  const Row& row = row_for(kRows, isa);
  LoopsS8 loops = row.loops();
  loops.isa = row.isa;
  return loops;
}

std::optional<RequantizePack> splat_requantize(const pare_requantize_args& r, std::span<const int64_t> bounds) {
  std::vector<int32_t> multiplier, exponent;
  std::vector<float> scale;
  std::vector<AccumulatorRange> ranges;
  for (size_t i = 0; i < bounds.size() * kChannelBlock; ++i) {
    const size_t k = i / kChannelBlock;
    multiplier.push_back(r.multiplier ? r.multiplier[k] : 0);
    exponent.push_back(r.exponent ? r.exponent[k] : 0);
    scale.push_back(r.scale ? r.scale[k] : 0);
    ranges.push_back({-bounds[k], bounds[k]});
  }
  pare_requantize_args lanes = r;
  lanes.channels = static_cast<int32_t>(ranges.size());
  lanes.multiplier = multiplier.data();
  lanes.exponent = exponent.data();
  lanes.scale = scale.data();
  auto pack = pack_requantize(lanes, ranges, 1);
  if (!pack) return std::nullopt;
  for (const auto& constant : pack->constant)
    if (constant) return std::nullopt;
  return pack;
}

RequantizeVectors limits_only(int32_t zero_point, int32_t lo, int32_t hi) {
  RequantizeVectors v;
  v.zero_point = static_cast<int16_t>(zero_point);
  v.lo = static_cast<int8_t>(lo);
  v.hi = static_cast<int8_t>(hi);
  return v;
}

}  // namespace pare
