#if defined(__aarch64__)
#define PARE_LANES 4
// clang-format off
#include "ops/simd_f32.inc"
#include "ops/tile_f32.inc"
// clang-format on

namespace pare {

void tiles_f32_neon(TileF32& tile, int64_t pixels, int64_t blocks) { tiles(tile, pixels, blocks); }

}  // namespace pare
#endif
