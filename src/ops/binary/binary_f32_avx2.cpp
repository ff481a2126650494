#if defined(__x86_64__)
#define PARE_LANES 8
// clang-format off
#include "ops/simd_f32.inc"
#include "ops/binary/binary_f32_fast.inc"
// clang-format on

namespace pare {

BinaryRowF32 binary_row_f32_avx2(Binary::Kind kind) { return binary_row(kind); }

}  // namespace pare
#endif
