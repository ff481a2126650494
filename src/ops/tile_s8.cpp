#include "ops/tile_s8.hpp"

namespace pare {

TilesS8 tiles_s8(Isa isa) {
  switch (isa) {
    case Isa::Portable:
      break;
#if defined(__x86_64__)
    case Isa::Avx2:
      return {tiles_s8_avx2, copy_row_avx2, nullptr, nullptr, 2, 1, false, 1};
    case Isa::AvxVnni:
      return {tiles_s8_avxvnni, copy_row_avxvnni, nullptr, nullptr, 4, 1, false, 1};
    case Isa::Avx512Vnni:
      return {tiles_s8_avx512vnni,
              copy_row_avx512vnni,
              copy_row_of_three_avx512vnni,
              narrow_tiles_s8_avx512vnni,
              4,
              4,
              true,
              8};
#else
    default:
      break;
#endif
  }
  return {};
}

}  // namespace pare
