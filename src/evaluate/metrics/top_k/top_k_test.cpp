#include "evaluate/metrics/top_k/top_k.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

struct Row {
  std::string_view name;
  std::vector<float> output;
  int64_t label;
  double top1, top5;
};
const Row kRows[] = {
    {"the greatest", {1, 3, 2}, 1, 1, 1},
    {"the second", {1, 3, 2}, 2, 0, 1},
    {"equal maxima: the lowest index wins", {3, 3, 2}, 0, 1, 1},
    {"equal maxima: the higher index loses", {3, 3, 2}, 1, 0, 1},
    {"the sixth", {6, 5, 4, 3, 2, 1}, 5, 0, 0},
    {"fifth of equals", {1, 1, 1, 1, 1, 1}, 4, 0, 1},
    {"sixth of equals", {1, 1, 1, 1, 1, 1}, 5, 0, 0},
};

TEST(TopK, RecordsHits) {
  const auto top1 = make_metric({"top1", "{}", ""}), top5 = make_metric({"top5", "{}", ""});
  for (const Row& row : kRows) {
    const Outcome outcome{{}, {Tensor::of<float>({static_cast<int64_t>(row.output.size())}, row.output)}, row.label};
    EXPECT_EQ((*(*top1)->record(outcome))[0], row.top1) << row.name;
    EXPECT_EQ((*(*top5)->record(outcome))[0], row.top5) << row.name;
  }
}

TEST(TopK, ValueIsTheMean) {
  const auto metric = make_metric({"top1", "{}", ""});
  const std::vector<std::vector<double>> records{{1}, {0}, {1}, {1}};
  EXPECT_EQ(*(*metric)->value(records), 0.75);
  EXPECT_FALSE((*metric)->value({}));
}

}  // namespace
}  // namespace pare
