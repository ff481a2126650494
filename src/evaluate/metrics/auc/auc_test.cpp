#include "evaluate/metrics/auc/auc.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

struct Row {
  std::string_view name;
  std::vector<std::vector<double>> records;  // label, then one score a class
  double expected;
};
const Row kRows[] = {
    // Pairs (positive, negative): .35 > .1, .35 < .4, .8 > .1, .8 > .4: 3 of 4.
    {"one score", {{0, 0.1}, {0, 0.4}, {1, 0.35}, {1, 0.8}}, 0.75},
    {"two scores: class 1's", {{0, 0.9, 0.1}, {0, 0.6, 0.4}, {1, 0.65, 0.35}, {1, 0.2, 0.8}}, 0.75},
    {"all equal: one half", {{0, 1}, {1, 1}, {1, 1}}, 0.5},
    // .4 = .4 counts one half, the rest are won: 3.5 of 4.
    {"a tie counts one half", {{0, 0.1}, {0, 0.4}, {1, 0.4}, {1, 0.8}}, 0.875},
    {"the wrong way round", {{1, 0}, {0, 1}}, 0},
    // Class 0: 2 against {1, 3}: 1 of 2. Class 1: 5 against {4, 0}: 1. Class 2: 7 against {8, 6}: 1/2. Mean 2/3.
    {"three classes, each against the rest", {{0, 2, 4, 8}, {1, 1, 5, 6}, {2, 3, 0, 7}}, 2.0 / 3},
    // Class 2 does not occur: the mean of 1 and 1/2 (a tie).
    {"a class that does not occur is left out", {{0, 2, 4, 8}, {1, 1, 4, 6}}, 0.75},
};

TEST(Auc, HandCases) {
  const auto metric = make_metric({"auc", "{}", ""});
  for (const Row& row : kRows) {
    const auto value = (*metric)->value(row.records);
    ASSERT_TRUE(value) << row.name << ": " << value.error().message();
    EXPECT_DOUBLE_EQ(*value, row.expected) << row.name;
  }
}

TEST(Auc, IsNotDefinedForOneClass) {
  const auto metric = make_metric({"auc", "{}", ""});
  const std::vector<std::vector<double>> ones{{1, 0.5}, {1, 0.25}}, twos{{2, 1, 2, 3}, {2, 3, 2, 1}};
  EXPECT_FALSE((*metric)->value(ones));
  EXPECT_FALSE((*metric)->value(twos));
  EXPECT_FALSE((*metric)->value({}));
}

TEST(Auc, RecordsLabelAndScores) {
  const auto metric = make_metric({"auc", "{}", ""});
  const auto record = (*metric)->record({{}, {Tensor::of<float>({1, 2}, {0.25f, 0.75f})}, 1});
  EXPECT_EQ(*record, std::vector<double>({1, 0.25, 0.75}));
}

}  // namespace
}  // namespace pare
