#include <gtest/gtest.h>

#include <cmath>

#include "pare/evaluate.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Samples = std::vector<std::vector<float>>;

struct Row {
  std::string_view name;
  Samples reference, other;
  double sqnr_db, cosine, mean_cosine, relative_error, max_abs;
  bool equal;
};
const Row kRows[] = {
    {"equal", {{1, 2}}, {{1, 2}}, kInfinity, 1, 1, 0, 0, true},
    // Signal 9 + 16 = 25, noise 0.25: 20 dB; relative sqrt(0.01).
    {"a hundredth of the power",
     {{3, 4}},
     {{3, 4.5}},
     20,
     27 / (5 * std::sqrt(29.25)),
     27 / (5 * std::sqrt(29.25)),
     0.1,
     0.5,
     false},
    {"at right angles", {{1, 0}}, {{0, 1}}, 10 * std::log10(0.5), 0, 0, std::sqrt(2.0), 1, false},
    {"opposite", {{1, 0}}, {{-1, 0}}, 10 * std::log10(0.25), -1, -1, 2, 2, false},
    {"all zero, equal", {{0, 0}}, {{0, 0}}, kInfinity, 1, 1, 0, 0, true},
    {"only the reference is zero", {{0, 0}}, {{0, 1}}, -kInfinity, 0, 0, kInfinity, 1, false},
    // Powers 1 + 4 = 5 to noise 0 + 1; the means are those of (1, 1) and (0, 0.5).
    {"two samples", {{1}, {2}}, {{1}, {1}}, 10 * std::log10(5.0), 3 / std::sqrt(10.0), 1, 0.25, 1, false},
    {"an infinite mean stays", {{0}, {1}}, {{1}, {1}}, 0, 1 / std::sqrt(2.0), 0.5, kInfinity, 1, false},
};

void expect_row(const Similarity& s, const Row& row) {
  EXPECT_DOUBLE_EQ(s.sqnr_db(), row.sqnr_db) << row.name;
  EXPECT_DOUBLE_EQ(s.cosine(), row.cosine) << row.name;
  EXPECT_DOUBLE_EQ(s.mean_cosine(), row.mean_cosine) << row.name;
  EXPECT_DOUBLE_EQ(s.relative_error(), row.relative_error) << row.name;
  EXPECT_DOUBLE_EQ(s.max_abs(), row.max_abs) << row.name;
  EXPECT_EQ(s.equal(), row.equal) << row.name;
}

TEST(Similarity, HandCases) {
  for (const Row& row : kRows) {
    Similarity whole, merged;
    for (size_t i = 0; i < row.reference.size(); ++i) {
      Similarity one;
      whole.add(row.reference[i], row.other[i]);
      one.add(row.reference[i], row.other[i]);
      merged.merge(one);
    }
    expect_row(whole, row);
    expect_row(merged, row);
    EXPECT_EQ(merged.samples(), static_cast<int64_t>(row.reference.size()));
  }
}

TEST(Similarity, NaNIsNotEqual) {
  Similarity s;
  const std::vector<float> nan{std::numeric_limits<float>::quiet_NaN()};
  s.add(nan, nan);
  EXPECT_FALSE(s.equal());
}

TEST(Agreement, LowestIndexWins) {
  struct Case {
    std::string_view name;
    std::vector<float> reference, other;
    bool agree;
  };
  const Case rows[] = {
      {"same maximum", {1, 2}, {0, 9}, true},
      {"other maximum", {1, 2}, {9, 0}, false},
      {"equal values stand for the first", {2, 1}, {3, 3}, true},
      {"equal values do not stand for the second", {1, 2}, {3, 3}, false},
  };
  Agreement all;
  for (const Case& row : rows) {
    Agreement one;
    one.add(row.reference, row.other);
    EXPECT_EQ(one.value(), row.agree ? 1 : 0) << row.name;
    all.merge(one);
  }
  EXPECT_EQ(all.value(), 0.5);
  EXPECT_EQ(arg_max({}), -1);
}

}  // namespace
}  // namespace pare
