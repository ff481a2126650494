#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
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
  std::exception_ptr thrown;

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

// An exception (memory) is the caller's to handle, whichever thread met it.
void guarded(Work& work, const std::function<void()>& f) {
  try {
    f();
  } catch (...) {
    const std::lock_guard lock(work.mutex);
    work.failed = true;
    work.thrown = std::current_exception();
  }
}

// As many threads as the system gives, `wanted` at most.
std::vector<std::thread> start(int wanted, const std::function<void(int)>& f) {
  std::vector<std::thread> team;
  try {
    for (int number = 1; number <= wanted; ++number) team.emplace_back(f, number);
  } catch (const std::system_error&) {
    // The others do the work.
  }
  return team;
}

}  // namespace

Result<void> for_each_index(int64_t count, int threads, const std::function<Result<void>(int, int64_t)>& f) {
  Work work;
  const int64_t block = std::clamp<int64_t>(count / (int64_t{8} * std::max(threads, 1)), 1, 64);
  const auto one = [&](int number) { guarded(work, [&] { worker(work, number, count, block, f); }); };
  std::vector<std::thread> team = start(threads - 1, one);
  one(0);
  for (std::thread& thread : team) thread.join();
  if (work.thrown) std::rethrow_exception(work.thrown);
  if (work.error) return *work.error;
  return {};
}

}  // namespace pare
