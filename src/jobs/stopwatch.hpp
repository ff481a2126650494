// Timing of something that may take a nanosecond or a second.
#pragma once

#include <functional>

#include "pare/bench.hpp"

namespace pare {

/// `repeat(n)` does n times what is measured. Problem: the clock takes some 30 ns to read and the machine has other
/// work. So repeats are timed in blocks of at least 20 us, the first of them warm up, and the medians of many are told;
/// blocks go on until `seconds` are over, but there are at least 5.
Times measure_times(const std::function<void(int64_t)>& repeat, double seconds);

}  // namespace pare
