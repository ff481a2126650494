#if defined(__aarch64__)
#define PARE_LANES 4
#define PARE_VNNI 0
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_fast.inc"
// clang-format on

namespace pare {

void depthwise_s8_neon(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y, int8_t* second) {
  depthwise(a, rows, streams, y, second);
}

}  // namespace pare
#endif
