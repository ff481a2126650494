#include "evaluate/metrics/reconstruction_auc/reconstruction_auc.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

Tensor pair(float a, float b) { return Tensor::of<float>({1, 2}, {a, b}); }

TEST(ReconstructionAuc, ScoreIsTheMeanOverWindows) {
  const auto metric = make_metric({"reconstruction_auc", "{}", ""});
  // Windows: (1 + 9) / 2 = 5 and (0 + 4) / 2 = 2; mean 3.5.
  const Outcome outcome{{pair(1, 2), pair(0, 0)}, {pair(2, 5), pair(0, 2)}, 1};
  EXPECT_EQ(*(*metric)->record(outcome), std::vector<double>({1, 3.5}));
}

TEST(ReconstructionAuc, ValueIsTheAuc) {
  const auto metric = make_metric({"reconstruction_auc", "{}", ""});
  const std::vector<std::vector<double>> records{{0, 1}, {1, 3}, {0, 4}, {1, 5}};  // 3 > 1, 5 > 1, 5 > 4 of 4 pairs
  EXPECT_EQ(*(*metric)->value(records), 0.75);
}

TEST(ReconstructionAuc, Refuses) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  struct Row {
    std::string name;
    Outcome outcome;
    std::string message;
  };
  const Row rows[] = {
      {"an output of another size", {{pair(1, 2)}, {Tensor::of<float>({1}, {1})}, 0}, "an output of shape [1]"},
      {"NaN", {{pair(1, 2)}, {pair(nan, 2)}, 0}, "not a number"},
      {"a third class", {{pair(1, 2)}, {pair(1, 2)}, 2}, "label 2; expected 0 to 1"},
      {"no label", {{pair(1, 2)}, {pair(1, 2)}, std::nullopt}, "no label"},
  };
  const auto metric = make_metric({"reconstruction_auc", "{}", ""});
  for (const Row& row : rows) {
    const auto record = (*metric)->record(row.outcome);
    ASSERT_FALSE(record) << row.name;
    EXPECT_NE(record.error().message().find(row.message), std::string::npos) << record.error().message();
  }
}

}  // namespace
}  // namespace pare
