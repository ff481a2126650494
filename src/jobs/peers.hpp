// Foreign runtimes, timed in turn with us.
#pragma once

#include <functional>

#include "pare/bench.hpp"

namespace pare {

/// Times `own(n)`, which does n runs, and each of request.against on the same network, in turn. See PeerTime.
Result<std::vector<PeerTime>> time_against(const BenchRequest& request, const Common& common,
                                           const std::function<void(int64_t)>& own);

/// Lower quartile, median and upper quartile.
struct Quartiles {
  double q1 = 0, median = 0, q3 = 0;
};
Quartiles quartiles(std::vector<double> values);
/// Errors: Io if `us` spread by more than 20 %.
Result<void> require_calm(const std::vector<double>& us);

}  // namespace pare
