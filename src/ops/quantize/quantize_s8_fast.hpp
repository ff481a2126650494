// Fast twins of quantize and dequantize for int8 and uint8 codes of one scale.
#pragma once

#include "ops/loops_s8.hpp"

namespace pare {

/// `reference`, which quantizes `count` reals, on `isa`; null if there is no vector code for it.
std::optional<Kernel> fast_quantize(const CodesS8& codes, int64_t count, Isa isa, const Kernel& reference);
/// The same for `count` codes that become reals.
std::optional<Kernel> fast_dequantize(const CodesS8& codes, int64_t count, Isa isa, const Kernel& reference);

}  // namespace pare
