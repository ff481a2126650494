// Fast twins of the int8 softmax.
#pragma once

#include "ops/loops_s8.hpp"
#include "ops/softmax/softmax_s8.h"

namespace pare {

/// `reference`, which computes Eq. 27a by `args`, on `isa`; null if there is no vector code for it.
std::optional<Kernel> fast_softmax_s8(const pare_softmax_s8_args& args, Isa isa, const Kernel& reference);
/// The same for Eq. 27b; null, too, for rows so short that nothing is gained.
std::optional<Kernel> fast_softmax_s8(const pare_softmax_table_s8_args& args, Isa isa, const Kernel& reference);

}  // namespace pare
