#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "pare/run.hpp"

namespace pare {
namespace {

constexpr int64_t kBlocks = 16;  // a thread, at least: all end at about the same time

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

constexpr int kPatience = 64;

// Until `value` is no longer `old`. Work often comes soon, and a sleeper takes long to wake.
template <class T>
void await_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kPatience && value == old; ++i) std::this_thread::yield();
  value.wait(old);
}

}  // namespace

struct Team::State {
  std::vector<std::thread> helpers;
  std::function<void(int)> job;  // of this round
  std::atomic<uint64_t> round{0};
  std::atomic<size_t> busy{0};
  bool over = false;

  // As many helpers as the system gives, `wanted` at most.
  void start(int wanted) {
    try {
      for (int number = 1; number <= wanted; ++number) helpers.emplace_back([this, number] { help(number); });
    } catch (const std::system_error&) {
      // The others do the work.
    }
  }

  void help(int number) {
    for (uint64_t seen = 0;; ++seen) {
      await_change(round, seen);
      if (over) return;
      job(number);
      if (--busy == 0) busy.notify_one();
    }
  }

  void call_helpers() {
    ++round;
    round.notify_all();
  }

  void run(std::function<void(int)> work) {
    job = std::move(work);
    busy = helpers.size();
    call_helpers();
    job(0);
    for (size_t left = busy; left > 0; left = busy) await_change(busy, left);
  }

  ~State() {
    over = true;
    call_helpers();
    for (std::thread& helper : helpers) helper.join();
  }
};

Team::Team(int threads) : state_(std::make_unique<State>()) { state_->start(threads - 1); }
Team::~Team() = default;

Result<void> Team::for_each_index(int64_t count, const std::function<Result<void>(int, int64_t)>& f) {
  Work work;
  const auto threads = static_cast<int64_t>(state_->helpers.size()) + 1;
  const int64_t block = std::clamp<int64_t>(count / (kBlocks * threads), 1, 64);
  state_->run([&](int number) { guarded(work, [&] { worker(work, number, count, block, f); }); });
  if (work.thrown) std::rethrow_exception(work.thrown);
  if (work.error) return *work.error;
  return {};
}

Result<void> for_each_index(int64_t count, int threads, const std::function<Result<void>(int, int64_t)>& f) {
  return Team(threads).for_each_index(count, f);
}

}  // namespace pare
