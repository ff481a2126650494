// int8 sums and products on vector units.
#pragma once

#include <optional>

#include "ops/binary/binary_s8.h"
#include "ops/loops_s8.hpp"

namespace pare {

/// The kernel that computes what pare_add_s8 (pare_mul_s8) does with `args`, bit for bit, on `isa`. `reference` is the
/// kernel for `args`; the result keeps its C form and what it owns.
/// Null if `isa` has no loops, or they would not be exact (see pack_requantize).
std::optional<Kernel> fast_add_s8(const pare_add_s8_args& args, Isa isa, const Kernel& reference);
std::optional<Kernel> fast_mul_s8(const pare_mul_s8_args& args, Isa isa, const Kernel& reference);

}  // namespace pare
