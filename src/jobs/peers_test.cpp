#include "jobs/peers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "jobs/child.hpp"

namespace pare {
namespace {

// Shell scripts that stand for a peer's.
constexpr const char* kAnswers =
    "echo '{\"version\": \"7\", \"model\": \"m\"}'; while read line; do echo '{\"us\": 1e9}'; done";
constexpr const char* kRefuses = "echo 'peer: m: not a model' >&2; exit 1";

// Some microseconds of ours.
void work(int64_t repeats) {
  volatile int64_t sum = 0;
  for (int64_t i = 0; i < repeats * 10000; ++i) sum = sum + i;
}

class Peers : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::make();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    setenv("PARE_PEER", script().c_str(), 1);
  }
  void TearDown() override { unsetenv("PARE_PEER"); }
  std::string script() const { return folder_->path() + "/peer.sh"; }

  Result<std::vector<PeerTime>> against(const char* text) {
    std::ofstream(script()) << text;
    BenchRequest request{
        .model = "m.tflite", .seconds = 0.01, .against = {"litert"}, .python = "sh", .peer_models = {}};
    return time_against(request, {}, work);
  }

  std::optional<TemporaryFolder> folder_;
};

TEST_F(Peers, APeerIsAskedOnceARound) {
  const auto told = against(kAnswers);
  // On a machine with much other work our own rounds may spread.
  if (!told) GTEST_SKIP() << told.error().message();
  ASSERT_EQ(told->size(), 1u);
  EXPECT_EQ((*told)[0].version, "7");
  EXPECT_EQ((*told)[0].median_us, 1e9);
  EXPECT_GT((*told)[0].ratio_q1, 1);
  EXPECT_LE((*told)[0].ratio_q1, (*told)[0].ratio);
}

TEST_F(Peers, APeerThatRefusesIsReportedWithItsReason) {
  const auto told = against(kRefuses);
  if (!told) GTEST_SKIP() << told.error().message();
  EXPECT_EQ((*told)[0].reason, "peer: m: not a model");
  EXPECT_EQ((*told)[0].ratio, 0);
}

TEST(Calm, OwnRoundsThatSpreadAreRefused) {
  std::vector<double> us(21, 10.0);
  EXPECT_TRUE(require_calm(us));
  for (size_t i = 0; i < 8; ++i) us[i] = 14;
  const auto refused = require_calm(us);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().found, "our own rounds spread by 40 %");
}

TEST(Calm, QuartilesOfFiveAreTheInnerThree) {
  const Quartiles q = quartiles({5, 1, 4, 2, 3});
  EXPECT_EQ(q.q1, 2);
  EXPECT_EQ(q.median, 3);
  EXPECT_EQ(q.q3, 4);
}

TEST(Conversation, LinesComeBackInOrderAndAnEndedProgramIsAnError) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  auto talk = Conversation::start({"sh", "-c", "read a; echo 1$a; read b; echo 2$b; echo gone >&2"}, folder->path());
  ASSERT_TRUE(talk);
  EXPECT_EQ(*talk->ask("x"), "1x");
  EXPECT_EQ(*talk->ask("y"), "2y");
  const auto answer = talk->ask("z");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().found, "gone");
}

TEST(Conversation, AProgramThatIsNotThereIsAnError) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  EXPECT_FALSE(Conversation::start({"/nowhere/python"}, folder->path()));
}

}  // namespace
}  // namespace pare
