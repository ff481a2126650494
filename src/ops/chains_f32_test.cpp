// The sums of `onnx`: where stretches end, in which order products come, and that vector units give the same bits.
#include "ops/chains_f32.hpp"

#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

Setting onnx(Isa isa = Isa::Portable) { return {std::nullopt, Arithmetic::Onnx, isa}; }

TEST(Chains, StretchOfAConvolution) {
  struct Row {
    const char* name;
    int64_t pixels, depth, expected;
  };
  const Row rows[] = {
      {"as many pixels as products", 128, 128, 128},
      {"the least power of two that holds few products", 1024, 27, 32},
      {"never above 128 if the pixels are more", 1024, 576, 128},
      {"one product", 100, 1, 1},
      {"64 pixels allow twice as long stretches", 64, 576, 256},
      {"65 pixels do not", 65, 576, 128},
      {"16 pixels: 8 times", 16, 576, 1024},
      {"not beyond 8 times", 1, 5000, 1024},
  };
  for (const Row& row : rows) EXPECT_EQ(convolution_stretch(row.pixels, row.depth), row.expected) << row.name;
}

constexpr float kBig = 16777216;  // 2^24: one more is lost

// c0 gives 2^24 and 1, c1 gives -2^24 and 1; the sum over columns first loses the first 1, over channels first none.
TEST(Chains, AConvolutionTakesChannelsBeforePlaces) {
  const Operand x = input(Tensor::of<float>({1, 1, 2, 2}, {kBig, -kBig, 1, 1}));
  const Operand w = constant(Tensor::of<float>({1, 1, 2, 2}, {1, 1, 1, 1}));
  EXPECT_EQ(reals(ran(Conv2d(), {x, w}, onnx()).y), std::vector<float>{1});
  EXPECT_EQ(reals(ran(Conv2d(), {x, w}).y), std::vector<float>{2});
}

// A 1 behind 2^24 is lost within a stretch; those of the second stretch are first summed among themselves.
TEST(Chains, ADenseLayerHasStretchesOf256) {
  std::vector<float> ones(300, 1);
  ones[0] = kBig;
  const Operand x = input(Tensor::of<float>({1, 300}, ones)),
                w = constant(Tensor::of<float>({1, 300}, std::vector<float>(300, 1)));
  EXPECT_EQ(reals(ran(Dense(), {x, w}, onnx()).y), std::vector<float>{kBig + 44});
}

TEST(Chains, ADenseLayerBeginsWithTheBiasAndAConvolutionEndsWithIt) {
  std::vector<float> values(257, 0);
  values[0] = 1, values[256] = 1;
  const Tensor w = Tensor::of<float>({1, 257}, std::vector<float>(257, 1));
  const Operand bias = constant(Tensor::of<float>({1}, {kBig}));
  EXPECT_EQ(reals(ran(Dense(), {input(Tensor::of<float>({1, 257}, values)), constant(w), bias}, onnx()).y),
            std::vector<float>{kBig});
  EXPECT_EQ(
      reals(ran(Conv2d(),
                {input(Tensor::of<float>({1, 1, 1, 257}, values)), constant(w.reshaped({1, 1, 1, 257})), bias}, onnx())
                .y),
      std::vector<float>{kBig + 2});
}

TEST(Chains, VectorUnitsGiveTheSameBits) {
  Random random(5);
  for (const Isa isa : fast_isas())
    for (const int64_t size : kEdgeSizes) {
      const std::vector<Operand> rows{input(random.floats({size, 300})), constant(random.floats({size, 300})),
                                      constant(random.floats({size}))};
      EXPECT_EQ(ran(Dense(), rows, onnx(isa)).y, ran(Dense(), rows, onnx()).y) << size;
      Conv2d op;
      op.pad_top = op.pad_left = op.pad_right = 1;
      op.stride_h = 2;
      op.groups = 2;
      const std::vector<Operand> image{input(random.floats({2, 5, size, 6})),
                                       constant(random.floats({2 * size, 3, 2, 3})),
                                       constant(random.floats({2 * size}))};
      EXPECT_EQ(ran(op, image, onnx(isa)).y, ran(op, image, onnx()).y) << size;
      EXPECT_LT(relative_error(ran(op, image, onnx()).y, ran(op, image).y), 1e-6) << size;
    }
}

}  // namespace
}  // namespace pare
