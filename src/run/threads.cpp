#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "pare/run.hpp"

namespace pare {
namespace {

// What the workers share.
struct Work {
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  int64_t failed_index = -1;
  std::optional<Error> error;

  void fail(int64_t index, const Error& e) {
    const std::lock_guard lock(mutex);
    failed = true;
    if (error && failed_index <= index) return;
    failed_index = index;
    error = e;
  }
};

void worker(Work& work, int number, int64_t count, int64_t block, const std::function<Result<void>(int, int64_t)>& f) {
  while (!work.failed) {
    const int64_t first = work.next.fetch_add(block);
    if (first >= count) return;
    for (int64_t i = first; i < std::min(first + block, count); ++i) {
      const Result<void> done = f(number, i);
      if (!done) return work.fail(i, done.error());
    }
  }
}

}  // namespace

Result<void> for_each_index(int64_t count, int threads, const std::function<Result<void>(int, int64_t)>& f) {
  Work work;
  const int64_t block = std::clamp<int64_t>(count / (int64_t{8} * std::max(threads, 1)), 1, 64);
  std::vector<std::thread> team;
  for (int number = 1; number < threads; ++number)
    team.emplace_back([&, number] { worker(work, number, count, block, f); });
  worker(work, 0, count, block, f);
  for (std::thread& thread : team) thread.join();
  if (work.error) return *work.error;
  return {};
}

}  // namespace pare
