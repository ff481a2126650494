#if defined(__aarch64__)
#define PARE_LANES 4
#define PARE_VNNI 0
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/tile_s8.inc"
// clang-format on

namespace pare {

void tiles_s8_neon(TileS8& tile, int64_t pixels, int64_t blocks) { tiles(tile, pixels, blocks); }

}  // namespace pare
#endif
