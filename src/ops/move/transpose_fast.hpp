// Transposition of the last two axes, as between NCHW and NHWC, of elements of more than a byte, without the C kernel's walk
// over six axes. For bytes see move_fast.hpp.
#pragma once

#include <optional>

#include "ops/move/move_s8.h"
#include "pare/op.hpp"

namespace pare {

/// A kernel for `args`, if these describe y[o, i, c] = x[o, c, i] of elements of 2, 4 or 8 bytes; `reference` is pare_gather with them.
std::optional<Kernel> fast_transpose(const pare_gather_args& args, const Kernel& reference);

}  // namespace pare
