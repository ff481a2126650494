#if defined(__x86_64__)
#define PARE_LANES 16
// clang-format off
#include "ops/simd_f32.inc"
#include "ops/depthwise_conv2d/depthwise_conv2d_f32_fast.inc"
// clang-format on

namespace pare {

// Channels that fill a vector of AVX2, but none of AVX-512, go there: the sums are the same.
void depthwise_conv2d_f32_avx512(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const DepthwiseConv2dF32Args*>(args);
  if (a.in_c >= kLanes / 2 && a.in_c < kLanes) return depthwise_conv2d_f32_avx2(args, io);
  depthwise(a, io);
}

}  // namespace pare
#endif
