#include "ops/softmax/softmax.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

Softmax along(int64_t axis, float beta = 1) {
  Softmax op;
  op.axis = axis;
  op.beta = beta;
  return op;
}

TEST(Softmax, NeedsAnAxisOfItsInput) {
  EXPECT_EQ(shape_of(along(1), {of_shape({2, 3})}), "[2, 3]");
  EXPECT_EQ(shape_of(along(2), {of_shape({2, 3})}), "axis 2 of 'x', whose shape is [2, 3]; expected 0 to 1");
}

TEST(Softmax, ComputesByHand) {
  const float third = std::log(3.0f);
  EXPECT_EQ(reals(ran(along(1), {input(Tensor::of<float>({1, 2}, {0, 0}))}).y), (std::vector<float>{0.5f, 0.5f}));
  const auto y = reals(ran(along(1), {input(Tensor::of<float>({1, 2}, {0, third}))}).y);
  EXPECT_NEAR(y[0], 0.25f, 1e-6);
  EXPECT_NEAR(y[1], 0.75f, 1e-6);
}

TEST(Softmax, HugeInputsDoNotOverflow) {
  EXPECT_EQ(reals(ran(along(0), {input(Tensor::of<float>({2}, {3e38f, -3e38f}))}).y), (std::vector<float>{1, 0}));
}

TEST(Softmax, AnInnerAxisIsAsTheLastOne) {
  Random random(1);
  const Tensor x = random.floats({2, 3, 5}, -4, 4);
  const Tensor y = ran(along(1), {input(x)}).y;
  for (size_t o = 0; o < 2; ++o)
    for (size_t i = 0; i < 5; ++i) {
      double sum = 0;
      for (size_t k = 0; k < 3; ++k) sum += y.view<float>()[o * 15 + k * 5 + i];
      EXPECT_NEAR(sum, 1, 1e-6);
    }
}

TEST(Softmax, IntegersFollowTheReals) {
  Random random(2);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const int64_t size : kEdgeSizes)
      for (const float scale : {0.004f, 0.1f, 1.0f, 8.0f}) {
        const Encoding ex = s8(scale, 3), ey = s8(1.0f / 256, -128);
        const Tensor q = random.codes({3, size});
        const Tensor y = ran(along(1), {input(q, ex)}, {.out = ey, .arithmetic = arithmetic}).y;
        const Tensor expected = ran(along(1), {input(dequantize(q, ex))}).y;
        for (size_t i = 0; i < y.view<int8_t>().size(); ++i)
          ASSERT_LE(std::fabs(y.view<int8_t>()[i] + 128 - std::fmin(256.0 * expected.view<float>()[i], 255.0)), 1.01)
              << name_of(arithmetic) << " " << size << " " << scale;
      }
}

struct RowsRow {
  const char* name;
  Shape x;
  int lo, hi;
};
const RowsRow kRowsOfCodes[] = {
    {"one class", {3, 1}, -128, 127},
    {"two classes, many rows", {203, 2}, -128, 127},
    {"the last row that is computed one by one", {5, 31}, -128, 127},
    {"the first row that is looked up", {5, 32}, -128, 127},
    {"detection head", {7, 80}, -128, 127},
    {"a thousand classes", {2, 1000}, -128, 127},
    {"the most classes", {1, 4095}, -128, 127},
    {"equal codes, whose sum is beyond 512", {2, 4095}, 7, 7},
    {"least codes", {4, 70}, -128, -128},
    {"near codes", {6, 90}, -3, 3},
};

TEST(Softmax, TwinsAreThePortableKernelsBitForBit) {
  Random random(3);
  for (const RowsRow& row : kRowsOfCodes)
    for (const Arithmetic arithmetic : kIntegerArithmetics)
      for (const float scale : {1e-4f, 0.004f, 0.05f, 0.1f, 0.1731f, 1.0f, 8.0f, 100.0f})
        for (const float beta : {1.0f, 0.37f}) {
          const Operand x = input(random.codes(row.x, row.lo, row.hi), s8(scale, 3));
          Setting setting{.out = s8(1.0f / 256, -128), .arithmetic = arithmetic};
          const Tensor expected = ran(along(1, beta), {x}, setting).y;
          for (const Isa isa : fast_isas()) {
            setting.isa = isa;
            const Ran fast = ran(along(1, beta), {x}, setting);
            ASSERT_EQ(fast.y, expected) << row.name << ", " << fast.kernel.name << ", " << name_of(arithmetic)
                                        << ", scale " << scale;
            const bool is_short = fast.kernel.name == "softmax_table_s8" && row.x[1] < 32;
            ASSERT_TRUE(is_short || fast.kernel.name.ends_with(loop_suffix(isa)))
                << fast.kernel.name << ", scale " << scale;
          }
        }
}

TEST(Softmax, RefusesWhatNoKernelHas) {
  const Operand x = input(Tensor::of<int8_t>({2, 2}, {0, 1, 2, 3}), s8(1, 0));
  const Setting tflm{.out = s8(1.0f / 256, -128), .arithmetic = Arithmetic::Tflm};
  EXPECT_EQ(error_of(along(0), {x}, tflm), "an integer softmax along axis 0; expected the last axis");
  EXPECT_EQ(error_of(along(1, -1), {x}, tflm),
            "an integer softmax of 2 values, beta -1; expected at most 4095 values and beta > 0");
  EXPECT_EQ(error_of(along(1), {x}, {.out = s8(1, 0), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as i8/tensor/asym s=1 z=0; expected s=0.00390625 z=-128");
}

}  // namespace
}  // namespace pare
