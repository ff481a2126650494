// int8 depthwise convolution of 3 x 3 and 5 x 5 by products of 16-bit pairs.
#pragma once

#include <optional>

#include "ops/depthwise_conv2d/depthwise_conv2d_s8.h"
#include "pare/op.hpp"

namespace pare {

/// As fast_depthwise_conv2d_s8, for Isa::Avx2; null also where a kernel is not square of 3 or 5, has other strides than 1 or 2,
/// a dilation or a multiplier, or where 8 does not divide the channels.
std::optional<Kernel> paired_depthwise_conv2d_s8(const pare_depthwise_conv2d_s8_args& conv, const Kernel& reference);

}  // namespace pare
