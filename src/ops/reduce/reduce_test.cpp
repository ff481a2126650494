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

TEST(Mean, RefusesSumsThatOverflow) {
  const TensorInfo x{"x", {1, 4194305}, "", s8(1, 0), {}}, y{"y", {1}, "", s8(1, 0), {}};
  EXPECT_EQ(mean({1}).prepare({{&x}, {&y}, Arithmetic::Tflm, Isa::Portable}).error().message(),
            "a mean over 4194305 codes; expected at most 4194304, which an int32 can sum");
}

}  // namespace
}  // namespace pare
