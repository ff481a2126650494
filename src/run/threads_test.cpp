#include <gtest/gtest.h>

#include <atomic>
#include <new>

#include "pare/run.hpp"

namespace pare {
namespace {

TEST(ForEachIndex, DoesEachOnceForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> seen(100);
    ASSERT_TRUE(for_each_index(100, threads, [&](int worker, int64_t i) -> Result<void> {
      EXPECT_LT(worker, threads);
      ++seen[static_cast<size_t>(i)];
      return {};
    }));
    for (const auto& count : seen) EXPECT_EQ(count, 1) << threads;
  }
}

TEST(ForEachIndex, TellsTheErrorOfTheLowestIndexThatFailed) {
  const auto done = for_each_index(1, 2, [](int, int64_t) -> Result<void> { return Error{Code::Io, "here", "broken", "", ""}; });
  EXPECT_EQ(done.error().message(), "here: broken");
}

TEST(ForEachIndex, PassesOnWhatAnyThreadThrows) {
  for (const int threads : {1, 4})
    EXPECT_THROW((void)for_each_index(100, threads, [](int, int64_t) -> Result<void> { throw std::bad_alloc(); }), std::bad_alloc);
}

}  // namespace
}  // namespace pare
