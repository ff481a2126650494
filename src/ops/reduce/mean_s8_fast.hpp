// int8 means on vector units.
#pragma once

#include <optional>

#include "ops/loops_s8.hpp"
#include "ops/reduce/mean_s8.h"

namespace pare {

/// The kernel that computes what pare_mean_s8 does with `args`, bit for bit, on `isa`; `reference` is the kernel for
/// `args`. Null if `isa` has no loops, the last axis is reduced, or the loops would not be exact (see pack_requantize).
std::optional<Kernel> fast_mean_s8(const pare_mean_s8_args& args, Isa isa, const Kernel& reference);

}  // namespace pare
