#if defined(__x86_64__)
#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/tile_s8.inc"
// clang-format on

namespace pare {

void tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks) { tiles(tile, pixels, blocks); }
void narrow_tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks) { narrow_tiles(tile, pixels, blocks); }
PARE_SIMD void copy_row_of_three_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row_of_three(from, static_cast<Element*>(to), count);
}
PARE_SIMD void copy_row_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row(from, static_cast<Element*>(to), count, _mm512_set1_epi8(-128));
}
PARE_SIMD void copy_flipped_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row(from, static_cast<Element*>(to), count, zeros());
}

}  // namespace pare
#endif
