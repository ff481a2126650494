#include "ops/tile_s8.hpp"

#include <cstring>

#include "ops/amx.hpp"
#include "ops/isa_table.hpp"

namespace pare {
namespace {

[[maybe_unused]] void copy_codes(const int8_t* from, void* to, int64_t count, int32_t /*zero_point*/) {
  std::memcpy(to, from, static_cast<size_t>(count));
}

constexpr TilesS8 kRows[] = {
    {.isa = Isa::Portable},
#if defined(__x86_64__)
    {.isa = Isa::Avx2, .loop = tiles_s8_avx2, .copy = copy_row_avx2, .group = 2, .lines = true},
    {.isa = Isa::AvxVnni, .loop = tiles_s8_avxvnni, .copy = copy_row_avxvnni, .columns = true, .lines = true},
    {.isa = Isa::Avx512Vnni,
     .loop = tiles_s8_avx512vnni,
     .copy = copy_row_avx512vnni,
     .copy_flipped = copy_flipped_avx512vnni,
     .copy_of_three = copy_row_of_three_avx512vnni,
     .merge = merge_rows_avx512vnni,
     .narrow = narrow_tiles_s8_avx512vnni,
     .bundle = 4,
     .pairs = true,
     .halves = true,
     .columns = true,
     .lines = true,
     .bundle_of_one = 8},
    {.isa = Isa::Amx,
     .loop = tiles_s8_amx,
     .copy = copy_codes,
     .bundle = 4,
     .lines = true,
     .bundle_of_one = 4,
     .offset = 0,
     .lanes_at_once = kAmxRows,
     .pixels_at_once = kAmxRows,
     .in_place = true},
#elif defined(__aarch64__)
    {.isa = Isa::Neon, .loop = tiles_s8_neon, .copy = copy_codes, .columns = true, .offset = 0},
    {.isa = Isa::DotProd, .loop = tiles_s8_dotprod, .copy = copy_codes, .columns = true, .offset = 0},
#endif
};

}  // namespace

TilesS8 tiles_s8(Isa isa) { return row_for(kRows, isa); }

TilesS8 tiles_s8_of_pixel(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::Avx2)
    return {.isa = isa, .loop = tiles_s8_avx2_signs, .copy = copy_codes, .lines = true, .offset = 0, .in_place = true};
#endif
  return tiles_s8(isa);
}

}  // namespace pare
