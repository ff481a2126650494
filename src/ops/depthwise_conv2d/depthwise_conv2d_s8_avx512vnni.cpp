#if defined(__x86_64__)
#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_fast.inc"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_direct.inc"
// clang-format on

namespace pare {

void depthwise_s8_avx512vnni(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y,
                             int8_t* second) {
  depthwise(a, rows, streams, y, second);
}

void depthwise_s8_image_avx512vnni(const DepthwiseS8Image& a, const int8_t* x, int8_t* y, int8_t* parked) {
  depthwise_image(a, x, y, parked);
}

}  // namespace pare
#endif
