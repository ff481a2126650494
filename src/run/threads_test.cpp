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
  const auto done = for_each_index(1, 2, [](int, int64_t) -> Result<void> {
    return Error{Code::Io, "here", "broken", "", ""};
  });
  EXPECT_EQ(done.error().message(), "here: broken");
}

TEST(ForEachIndex, PassesOnWhatAnyThreadThrows) {
  for (const int threads : {1, 4})
    EXPECT_THROW((void)for_each_index(100, threads, [](int, int64_t) -> Result<void> { throw std::bad_alloc(); }),
                 std::bad_alloc);
}

TEST(Team, DoesOneJobAfterAnotherAndOutlivesAFailure) {
  for (const int threads : {1, 2, 5}) {
    Team team(threads);
    for (int64_t job = 0; job < 200; ++job) {
      std::atomic<int64_t> sum{0};
      const auto done = team.for_each_index(job, [&](int worker, int64_t i) -> Result<void> {
        EXPECT_LT(worker, threads);
        if (job % 50 == 49 && i == 3) return Error{Code::Io, "here", "broken", "", ""};
        sum += i;
        return {};
      });
      EXPECT_EQ(static_cast<bool>(done), job % 50 != 49);
      if (done) {
        EXPECT_EQ(sum, job * (job - 1) / 2);
      }
    }
  }
}

TEST(Team, ThatHasNothingToDoEnds) { Team(3); }

}  // namespace
}  // namespace pare
