// Fast twins of the moves.
#pragma once

#include <optional>

#include "ops/move/move_s8.h"
#include "ops/requantize.hpp"

namespace pare {

/// `reference`, a gather by `args`, on `isa`, if its two last axes exchange at least 16 neighbouring bytes (a
/// transposition, such as that of a channel shuffle) or its rows are 2 to 16 neighbouring bytes. Null if not.
std::optional<Kernel> fast_gather(const pare_gather_args& args, Isa isa, const Kernel& reference);

}  // namespace pare
