// What one core can do at most: the figures that kernels are judged by.
#pragma once

#include <array>

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

/// How fast this core copies memory of a size, and so from the cache that holds as much.
class CopyRates {
 public:
  /// Bytes read and written a second, of a copy of `bytes` in all, rounded up to a power of two from 256 to 2^26. Measured
  /// in at most some 6 ms when it is first asked for.
  double at(int64_t bytes);

 private:
  std::array<double, 27> rates_{};  // by the power of two
};

}  // namespace pare
