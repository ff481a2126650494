// What one core can do at most: the figure that kernels are judged by.
#pragma once

#include "pare/numerics.hpp"

namespace pare {

/// Products with their additions (MACs) a second.
struct Peak {
  double s8 = 0;   ///< int8 x int8 into int32: tdpbusd, vpdpbusd, vpmaddwd and an addition on 16 bits, sdot, or smull and sadalp
  double f32 = 0;  ///< float32, fused where the instruction set has it
};

/// Measures it in about 20 ms: loops of nothing but the best product instruction of `isa` on sums in registers, and the
/// fastest of many such loops. Portable: what the compiler makes of the plain loop. `has(isa)` must hold.
Peak measure_peak(Isa isa);

}  // namespace pare
