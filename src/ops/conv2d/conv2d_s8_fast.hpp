// int8 convolution on vector units.
#pragma once

#include <optional>

#include "ops/conv2d/conv2d_s8.h"
#include "ops/tile_s8.hpp"
#include "pare/op.hpp"

namespace pare {

/// The kernel that computes what pare_conv2d_s8 does with `conv`, bit for bit, on `allowed`, or on AVX-512 where AMX would
/// be slower; `reference` is the kernel for `conv`, whose C form the result keeps. Copies what `conv` points to. A dense
/// layer is a convolution of one row. Null if `allowed` has no tiles, or they would not be exact (see pack_requantize).
std::optional<Kernel> fast_conv2d_s8(const pare_conv2d_s8_args& conv, Isa allowed, const Kernel& reference);

}  // namespace pare
