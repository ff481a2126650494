// int8 pooling on vector units.
#pragma once

#include <optional>

#include "ops/loops_s8.hpp"
#include "ops/pool2d/pool2d_s8.h"

namespace pare {

/// The kernel that computes what pare_max_pool2d_s8 (or pare_average_pool2d_s8) does with `args`, bit for bit, on `isa`;
/// `reference` is the kernel for `args`. Null if `isa` has no loops, or a window is too large to be exact.
std::optional<Kernel> fast_pool2d_s8(const pare_pool2d_s8_args& args, bool max, Isa isa, const Kernel& reference);

}  // namespace pare
