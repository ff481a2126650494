#include <gtest/gtest.h>

#include <algorithm>

#include "evaluate/metric.hpp"

namespace pare {
namespace {

Outcome outcome(std::vector<float> output, std::optional<int64_t> label) {
  const Shape shape{1, static_cast<int64_t>(output.size())};
  return {{}, {Tensor::of<float>(shape, output)}, label};
}

TEST(Metric, EveryFolderIsRegisteredAndMakes) {
  EXPECT_EQ(metric_names(), std::vector<std::string>({"auc", "reconstruction_auc", "top1", "top5"}));
  for (const std::string& name : metric_names()) {
    const auto metric = make_metric({name, "{}", ""});
    ASSERT_TRUE(metric) << name;
    EXPECT_EQ((*metric)->name(), name);
  }
}

TEST(Metric, RefusesSpecs) {
  struct Row {
    std::string name;
    MetricSpec spec;
    std::string message;
  };
  const Row rows[] = {
      {"an unknown name",
       {"bleu", "{}", "t.data.json: metric"},
       "t.data.json: metric: no metric 'bleu'; expected one of auc"},
      {"no name", {"", "{}", "t.data.json"}, "t.data.json: no metric"},
      {"options", {"top1", R"({"k":3})", "t"}, "options {\"k\":3} for 'top1'; expected none"},
  };
  for (const Row& row : rows) {
    const auto metric = make_metric(row.spec);
    ASSERT_FALSE(metric) << row.name;
    EXPECT_NE(metric.error().message().find(row.message), std::string::npos) << metric.error().message();
  }
}

TEST(Metric, RefusesOutcomes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  struct Row {
    std::string name, metric;
    Outcome outcome;
    std::string message;
  };
  const Row rows[] = {
      {"no label", "top1", outcome({1, 2}, std::nullopt), "the sample has no label"},
      {"a label that is no class", "top1", outcome({1, 2}, 2), "label 2; expected 0 to 1, for 2 classes"},
      {"a negative label", "top5", outcome({1, 2}, -1), "label -1"},
      {"NaN", "top1", outcome({1, nan}, 0), "output 1 is not a number"},
      {"NaN for AUC", "auc", outcome({nan, 1}, 0), "output 0 is not a number"},
      {"one score, label 2", "auc", outcome({1}, 2), "label 2; expected 0 to 1"},
  };
  for (const Row& row : rows) {
    const auto record = (*make_metric({row.metric, "{}", ""}))->record(row.outcome);
    ASSERT_FALSE(record) << row.name;
    EXPECT_NE(record.error().message().find(row.message), std::string::npos) << record.error().message();
  }
}

TEST(Metric, WindowsAreAveraged) {
  const auto metric = make_metric({"top1", "{}", ""});
  const Outcome two{{}, {Tensor::of<float>({2}, {3, 0}), Tensor::of<float>({2}, {0, 4})}, 1};
  EXPECT_EQ((*(*metric)->record(two))[0], 1.0) << "means 1.5 and 2";
}

}  // namespace
}  // namespace pare
