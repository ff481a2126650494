#if defined(__aarch64__)
#define PARE_LANES 4
// clang-format off
#include "ops/simd_f32.inc"
#include "ops/depthwise_conv2d/depthwise_conv2d_f32_fast.inc"
// clang-format on

namespace pare {

void depthwise_conv2d_f32_neon(const void* args, const pare_io* io) {
  depthwise(*static_cast<const DepthwiseConv2dF32Args*>(args), io);
}

}  // namespace pare
#endif
