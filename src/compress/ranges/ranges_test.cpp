#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compress/ranges/moments.hpp"

namespace pare {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Sums of uniform numbers: one hump around 0, with tails; `shift` moves it.
std::vector<float> humped(size_t count, float shift, uint32_t state = 1) {
  std::vector<float> values(count);
  for (float& v : values) {
    v = shift;
    for (int i = 0; i < 6; ++i) v += static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 8388608.0f - 1;
  }
  return values;
}

TEST(Moments, EqualScalarLoopsAtEverySize) {
  for (const size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000}) {
    const std::vector<float> values = humped(size, 0.25f);
    double sum[4] = {}, squares[4] = {};
    for (size_t i = 0; i < size; ++i) {
      sum[i % 4] += values[i];
      squares[i % 4] += static_cast<double>(values[i]) * values[i];
    }
    const Moments m = moments_of(values);
    EXPECT_EQ(m.sum, (sum[0] + sum[1]) + (sum[2] + sum[3])) << size;
    EXPECT_EQ(m.squares, (squares[0] + squares[1]) + (squares[2] + squares[3])) << size;
    EXPECT_EQ(m.min, size == 0 ? kInfinity : *std::min_element(values.begin(), values.end())) << size;
    EXPECT_EQ(m.max, size == 0 ? -kInfinity : *std::max_element(values.begin(), values.end())) << size;
  }
}

TEST(Moments, TellsWhatIsNotFinite) {
  for (const float bad : {kNaN, kInfinity, -kInfinity})
    for (const size_t at : {0, 3, 4, 6}) {
      std::vector<float> values = humped(7, 0);
      values[at] = bad;
      EXPECT_FALSE(std::isfinite(moments_of(values).squares)) << bad << " at " << at;
    }
}

TEST(Histogram, PutsValuesIntoTheBinBelowThem) {
  struct Row {
    const char* name;
    float value;
    int64_t bin;
  };
  const Row rows[] = {
      {"zero", 0, 0},
      {"a multiple of the width", 3, 3},
      {"just below it", std::nextafter(3.0f, 0.0f), 2},
      {"a tiny negative one", -1e-30f, -1},
      {"a negative multiple", -3, -3},
      {"just below a negative multiple", std::nextafter(-3.0f, -4.0f), -4},
      {"the greatest", std::nextafter(1024.0f, 0.0f), 1023},
      {"the least", -1023.5f, -1024},
  };
  for (const Row& row : rows) {
    Histogram h;
    h.add(std::vector<float>{1023.5f});  // the width is 1 now
    ASSERT_EQ(h.width(), 1) << row.name;
    h.add(std::vector<float>{row.value});
    --h.counts[static_cast<size_t>(1023 + Histogram::kHalf)];
    EXPECT_EQ(h.counts[static_cast<size_t>(row.bin + Histogram::kHalf)], 1) << row.name;
  }
}

TEST(Histogram, DoesNotDependOnOrderOrParts) {
  std::vector<float> values = humped(3000, 1);
  values.push_back(100);
  Histogram whole, reversed, part;
  whole.add(values);
  part.add(std::span(values).first(1111));
  Histogram rest;
  rest.add(std::span(values).subspan(1111));
  rest.merge(part);
  std::reverse(values.begin(), values.end());
  for (const float v : values) reversed.add(std::span(&v, 1));
  EXPECT_EQ(whole.counts, reversed.counts);
  EXPECT_EQ(whole.counts, rest.counts);
  EXPECT_EQ(whole.exponent, rest.exponent);
}

// What mse promises to make least, summed bin by bin.
double error_of(const Histogram& h, double lo, double hi) {
  const double step = (hi - lo) / 255;
  double error = 0;
  for (int64_t i = 0; i < 2 * Histogram::kHalf; ++i) {
    const double x = (static_cast<double>(i - Histogram::kHalf) + 0.5) * h.width();
    const double beyond = x < lo ? lo - x : x > hi ? x - hi : 0;
    error += static_cast<double>(h.counts[static_cast<size_t>(i)]) * (beyond > 0 ? beyond * beyond : step * step / 12);
  }
  return error;
}

TEST(Mse, NoOtherLowerEndIsBetter) {
  struct Row {
    const char* name;
    float shift, outlier;
    bool symmetric;
  };
  const Row rows[] = {
      {"around zero", 0, 0, false},       {"positive", 8, 0, false},         {"negative", -8, 0, false},
      {"with an outlier", 0, 80, false},  {"a far outlier", 0, 1e6f, false}, {"symmetric", 0.5f, 0, true},
      {"symmetric, an outlier", 0, -60, true},
  };
  const auto mse = make_estimator("mse");
  ASSERT_TRUE(mse);
  for (const Row& row : rows) {
    std::vector<float> values = humped(20000, row.shift);
    if (row.outlier != 0) values.push_back(row.outlier);
    const Range range = range_of(values, true);
    const auto [lo, hi] = (*mse)->interval(range, row.symmetric);
    const double least = error_of(range.histogram, lo, hi);
    for (int i = 1; i <= 100; ++i) {
      const double whole = row.symmetric ? -std::max(-range.min, range.max) : std::min(range.min, 0.0);
      const double end = whole * i / 100;  // the lower end was searched last
      EXPECT_LE(least, error_of(range.histogram, end, row.symmetric ? -end : hi) * (1 + 1e-9)) << row.name << " " << i;
    }
  }
}

TEST(RangeOf, HasAHistogramOnlyIfAsked) {
  const std::vector<float> values = humped(100, 0);
  EXPECT_TRUE(range_of(values, false).histogram.counts.empty());
  EXPECT_FALSE(range_of(values, true).histogram.counts.empty());
  EXPECT_EQ(range_of(values, false).max, range_of(values, true).max);
}

TEST(RangesJson, IsReadAsItWasWritten) {
  Ranges ranges;
  ranges.samples = 3;
  ranges.source = "sha256:1";
  ranges.tensors["a \"b\"/c:0"] = range_of(humped(1000, 0.1f), true);
  ranges.tensors["d"] = range_of(humped(3, 5), true);
  ranges.tensors["d"].sum = 1.0 / 3;
  const std::string text = to_json(ranges);
  const auto read = parse_ranges(text, "r.json");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(to_json(*read), text);
  EXPECT_EQ(read->source, ranges.source);
  EXPECT_EQ(read->tensors.at("d").sum, 1.0 / 3);
  EXPECT_EQ(read->tensors.at("a \"b\"/c:0").histogram.counts, ranges.tensors.begin()->second.histogram.counts);
  EXPECT_TRUE(parse_ranges(to_json(Ranges{}), "none"));
}

}  // namespace
}  // namespace pare
