#if defined(__x86_64__)
#define PARE_LANES 8
#define PARE_VNNI 0
#define PARE_SIGNS 1
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/tile_s8.inc"
// clang-format on

namespace pare {

void tiles_s8_avx2_signs(TileS8& tile, int64_t pixels, int64_t blocks) { tiles(tile, pixels, blocks); }

}  // namespace pare
#endif
