#include "ops/reduce/reduce.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

Mean mean(std::vector<int64_t> axes, bool keep_dims = false) {
  Mean op;
  op.axes = std::move(axes);
  op.keep_dims = keep_dims;
  return op;
}

struct ShapeRow {
  const char* name;
  Mean op;
  const char* expected;
};

TEST(Mean, InfersShapes) {
  const ShapeRow rows[] = {
      {"axes vanish", mean({1, 2}), "[2, 5]"},
      {"or stay as one", mean({1, 2}, true), "[2, 1, 1, 5]"},
      {"all axes give a scalar", mean({0, 1, 2, 3}), "[]"},
      {"no axis gives the input", mean({}), "[2, 3, 4, 5]"},
      {"an axis must exist", mean({4}), "axis 4 of 'x', whose shape is [2, 3, 4, 5]; expected 0 to 3"},
      {"axes ascend", mean({2, 1}), "axes [2, 1]; expected ascending axes, each once"},
      {"axes do not repeat", mean({1, 1}), "axes [1, 1]; expected ascending axes, each once"},
  };
  for (const ShapeRow& row : rows) EXPECT_EQ(shape_of(row.op, {of_shape({2, 3, 4, 5})}), row.expected) << row.name;
}

TEST(Mean, ComputesByHand) {
  const Operand x = input(Tensor::of<float>({2, 3}, {1, 2, 6, -1, -2, -6}));
  EXPECT_EQ(reals(ran(mean({1}), {x}).y), (std::vector<float>{3, -3}));
  EXPECT_EQ(reals(ran(mean({0}), {x}).y), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(reals(ran(mean({0, 1}), {x}).y), (std::vector<float>{0}));
}

// Which axes of [2, 3, 1, 4, 5] to reduce, as bits.
std::vector<int64_t> axes_of(int bits) {
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < 5; ++i)
    if (bits >> i & 1) axes.push_back(i);
  return axes;
}

// One axis after another, from the back: the mean of means of equal counts.
Tensor one_by_one(Tensor x, const std::vector<int64_t>& axes) {
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) x = ran(mean({*axis}), {input(x)}).y;
  return x;
}

TEST(Mean, EverySetOfAxes) {
  Random random(1);
  const Tensor x = random.floats({2, 3, 1, 4, 5});
  for (int bits = 0; bits < 32; ++bits) {
    const auto axes = axes_of(bits);
    EXPECT_LE(relative_error(ran(mean(axes), {input(x)}).y, one_by_one(x, axes)), 1e-5) << to_string(axes);
  }
}

// The two roundings of fixed_double add up to half a code and, with few elements and so a small shift, a quarter more.
TEST(Mean, IntegersFollowTheReals) {
  Random random(2);
  const Encoding ex = s8(0.02f, 17), ey = s8(0.008f, -4);
  const Tensor q = random.codes({2, 3, 1, 4, 5});
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (int bits = 0; bits < 32; ++bits) {
      const Mean op = mean(axes_of(bits));
      const Tensor y = ran(op, {input(q, ex)}, {.out = ey, .arithmetic = arithmetic}).y;
      const Tensor expected = ran(op, {input(dequantize(q, ex))}).y;
      for (size_t i = 0; i < y.view<int8_t>().size(); ++i) {
        const double code = std::clamp(expected.view<float>()[i] / ey.scale[0] - 4.0, -128.0, 127.0);
        ASSERT_LE(std::fabs(y.view<int8_t>()[i] - code), 0.76) << name_of(arithmetic) << to_string(op.axes);
      }
    }
}

// Vector kernels against the portable one, byte by byte; where the last axis is reduced, the portable one stays.
void expect_twins(const Mean& op, const Tensor& q, const Encoding& ex, const Encoding& ey) {
  for (const Arithmetic arithmetic : kIntegerArithmetics) {
    const Ran expected = ran(op, {input(q, ex)}, {.out = ey, .arithmetic = arithmetic});
    const bool last = q.shape().back() > 1 && !op.axes.empty() && op.axes.back() + 1 == static_cast<int64_t>(q.shape().size());
    for (const Isa isa : fast_isas()) {
      const Ran fast = ran(op, {input(q, ex)}, {.out = ey, .arithmetic = arithmetic, .isa = isa});
      if (q.shape().back() > 1) EXPECT_EQ(fast.kernel.name, last ? "mean_s8" : "mean_s8" + loop_suffix(isa));
      EXPECT_EQ(fast.y, expected.y) << fast.kernel.name << " " << name_of(arithmetic) << to_string(q.shape()) << to_string(op.axes);
    }
  }
}

TEST(Mean, FastKernelsMatch) {
  Random random(3);
  for (int bits = 0; bits < 32; ++bits) expect_twins(mean(axes_of(bits)), random.codes({2, 3, 1, 4, 5}), s8(0.02f, 17), s8(0.008f, -4));
  std::vector<int64_t> channels(std::begin(kEdgeSizes), std::end(kEdgeSizes));
  channels.insert(channels.end(), {32, 63, 64, 65, 130, 1280});
  for (const int64_t c : channels) {
    expect_twins(mean({1, 2}), random.codes({2, 4, 4, c}), s8(0.02f, -128), s8(0.015f, -128));
    expect_twins(mean({1, 2}), random.codes({1, 4, 4, c}, -3, 3), s8(0.5f, 0), s8(0.25f, 1));  // ties
    expect_twins(mean({1, 2}), random.codes({1, 7, 7, c}, 100, 127), s8(0.9f, -128), s8(0.01f, 127));
  }
}

TEST(Mean, RefusesSumsThatOverflow) {
  const TensorInfo x{"x", {1, 4194305}, "", s8(1, 0), {}}, y{"y", {1}, "", s8(1, 0), {}};
  EXPECT_EQ(mean({1}).prepare({{&x}, {&y}, Arithmetic::Tflm, Isa::Portable}).error().message(),
            "a mean over 4194305 codes; expected at most 4194304, which an int32 can sum");
}

}  // namespace
}  // namespace pare
