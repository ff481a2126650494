// Loops of products for measure_peak, one for each instruction: `steps` times kPeakSums independent products.
#pragma once

#include <cstdint>

namespace pare {

/// Enough sums that none waits for its predecessor (two products start a cycle, each takes four or five), few enough
/// for 16 registers.
inline constexpr int kPeakSums = 12;

using PeakLoop = void (*)(int64_t steps);
/// A product of tiles counts as one of each of its 16 rows, of 16 times 64 bytes.
void peak_amx(int64_t steps);
void peak_vnni512(int64_t steps);
void peak_vnni256(int64_t steps);
void peak_words256(int64_t steps);
void peak_float512(int64_t steps);
void peak_float256(int64_t steps);
void peak_dot128(int64_t steps);
void peak_bytes128(int64_t steps);
void peak_float128(int64_t steps);

}  // namespace pare
