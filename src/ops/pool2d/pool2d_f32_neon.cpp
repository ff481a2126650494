#if defined(__aarch64__)
#define PARE_LANES 4
// clang-format off
#include "ops/simd_f32.inc"
#include "ops/pool2d/pool2d_f32_fast.inc"
// clang-format on

namespace pare {

void max_pool2d_f32_neon(const void* args, const pare_io* io) { pool<Maximum>(args, io); }
void average_pool2d_f32_neon(const void* args, const pare_io* io) { pool<Average>(args, io); }

}  // namespace pare
#endif
