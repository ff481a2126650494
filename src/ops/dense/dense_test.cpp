#include "ops/dense/dense.hpp"

#include <fmt/format.h>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

struct ShapeRow {
  const char* name;
  Shape x, w;
  bool keep_leading;
  const char* expected;
};

const ShapeRow kShapes[] = {
    {"rows", {3, 8}, {5, 8}, false, "[3, 5]"},
    {"an image becomes a row", {1, 2, 2, 2}, {5, 8}, false, "[1, 5]"},
    {"leading axes can be kept", {2, 3, 8}, {5, 8}, true, "[2, 3, 5]"},
    {"the last extent must then fit", {2, 8, 3}, {5, 8}, true,
     "'x' has shape [2, 8, 3]; expected a last extent of 8, the weights' input channels"},
    {"the count must fit", {3, 3}, {5, 8}, false, "'x' has shape [3, 3]; expected a multiple of 8, the weights' input channels"},
};

TEST(Dense, InfersShapes) {
  for (const ShapeRow& row : kShapes) {
    Dense op;
    op.keep_leading = row.keep_leading;
    EXPECT_EQ(shape_of(op, {of_shape(row.x), of_shape(row.w)}), row.expected) << row.name;
  }
}

TEST(Dense, ComputesByHand) {
  Dense op;
  const std::vector<Operand> in{input(Tensor::of<float>({1, 3}, {1, 2, 3})), constant(Tensor::of<float>({2, 3}, {1, 1, 1, -1, 0, -1})),
                                constant(Tensor::of<float>({2}, {0.5f, 0.25f}))};
  EXPECT_EQ(reals(ran(op, in).y), (std::vector<float>{6.5f, -3.75f}));
  op.activation = Activation::Relu6;
  EXPECT_EQ(reals(ran(op, in).y), (std::vector<float>{6, 0}));
}

TEST(Dense, CountsProducts) {
  const Operand x = of_shape({4, 640}), w = of_shape({128, 640}), y = of_shape({4, 128});
  EXPECT_EQ(Dense().cost({&x.info, &w.info}, {&y.info}).macs, 4 * 640 * 128);
}

TEST(Dense, FastFloatIsTheReference) {
  Random random(1);
  for (const int64_t rows : {1, 2, 5, 13, 49})
    for (const int64_t ci : kEdgeSizes)
      for (const int64_t co : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 150}) {
        const std::vector<Operand> in{input(random.floats({rows, ci})), constant(random.floats({co, ci})), constant(random.floats({co}))};
        expect_fast_floats(Dense(), in, fmt::format("{} x {} -> {}", rows, ci, co));
      }
}

struct TieRow {
  const char* name;
  Arithmetic arithmetic;
  std::vector<int> expected;
};

TEST(Dense, RoundsTiesByTheRuleOfTheArithmetic) {
  const TieRow rows[] = {
      {"tflm: the high multiply rounds half up", Arithmetic::Tflm, {-1, 0, 1, 2}},
      {"litert: half to even", Arithmetic::Litert, {-2, 0, 0, 2}},
      {"litert_ref: once, half away from zero", Arithmetic::LitertRef, {-2, -1, 1, 2}},
      {"st: once, half up", Arithmetic::St, {-1, 0, 1, 2}},
  };
  const Operand x = input(Tensor::of<int8_t>({4, 1}, {-3, -1, 1, 3}), s8(1, 0));
  const Operand w = constant(Tensor::of<int8_t>({1, 1}, {1}), Encoding::per_tensor(DType::I8, 1, 0, true));
  for (const TieRow& row : rows)
    EXPECT_EQ(codes(ran(Dense(), {x, w}, {.out = s8(2, 0), .arithmetic = row.arithmetic}).y), row.expected) << row.name;
}

TEST(Dense, IntegersFollowTheRealsPerTensorAndPerChannel) {
  Random random(2);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const int64_t size : kEdgeSizes)
      for (const bool per_channel : {false, true}) {
        const Encoding ex = s8(0.03f, -7), ey = s8(0.06f, 4);
        const Encoding ew = per_channel ? Encoding::per_channel(DType::I8, 0, std::vector<float>(5, 0.01f))
                                        : Encoding::per_tensor(DType::I8, 0.01f, 0, true);
        const std::vector<Operand> in{input(random.codes({3, size}), ex), constant(random.codes({5, size}, -127), ew),
                                      constant(random.biases({5}, 900), Encoding::per_tensor(DType::I32, 0.03f * 0.01f, 0, true))};
        std::vector<Operand> real = in;
        real[0] = input(dequantize(in[0].value, ex));
        const Tensor y = ran(Dense(), in, {.out = ey, .arithmetic = arithmetic}).y, expected = ran(Dense(), real).y;
        for (size_t i = 0; i < 15; ++i) {
          const double q = std::clamp(expected.view<float>()[i] / ey.scale[0] + 4.0, -128.0, 127.0);
          ASSERT_LE(std::fabs(y.view<int8_t>()[i] - q), 0.51) << size << " " << name_of(arithmetic);
        }
      }
}

}  // namespace
}  // namespace pare
