#include "jobs/stopwatch.hpp"

#include <algorithm>

#include "jobs/steps.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kBlockSeconds = 20e-6;
constexpr size_t kLeastBlocks = 5;
constexpr double kWarmUpShare = 0.1;

double timed(const std::function<void(int64_t)>& repeat, int64_t count) {
  const auto start = Clock::now();
  repeat(count);
  return seconds_since(start);
}

// Doubles the repeats until a block is long enough; so the first ones warm up.
int64_t repeats_of_block(const std::function<void(int64_t)>& repeat, double warm_up_seconds) {
  const auto start = Clock::now();
  int64_t count = 1;
  for (;;) {
    const double seconds = timed(repeat, count);
    if (seconds < kBlockSeconds)
      count *= 2;
    else if (seconds_since(start) > warm_up_seconds)
      return count;
  }
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

Times measure_times(const std::function<void(int64_t)>& repeat, double seconds) {
  const int64_t count = repeats_of_block(repeat, kWarmUpShare * seconds);
  const auto start = Clock::now();
  std::vector<double> blocks;
  while (blocks.size() < kLeastBlocks || seconds_since(start) < seconds)
    blocks.push_back(timed(repeat, count) / static_cast<double>(count) * 1e6);
  std::sort(blocks.begin(), blocks.end());
  return {quantile(blocks, 0.5), quantile(blocks, 0.1), quantile(blocks, 0.9),
          static_cast<int64_t>(blocks.size()) * count};
}

}  // namespace pare
