#include "ops/pool2d/pool2d.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;
using Kind = Pool2d::Kind;

Pool2d window(Kind kind, int64_t kernel, int64_t stride, int64_t pad) {
  Pool2d op(kind);
  op.kernel_h = op.kernel_w = kernel;
  op.stride_h = op.stride_w = stride;
  op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = pad;
  return op;
}

TEST(Pool2d, InfersShapes) {
  EXPECT_EQ(shape_of(window(Kind::Max, 2, 2, 0), {of_shape({1, 5, 6, 3})}), "[1, 2, 3, 3]");
  EXPECT_EQ(shape_of(window(Kind::Average, 3, 1, 1), {of_shape({1, 5, 6, 3})}), "[1, 5, 6, 3]");
  EXPECT_EQ(shape_of(window(Kind::Average, 2, 1, 2), {of_shape({1, 5, 6, 3})}),
            "padding 2, 2, 2, 2 of a window of 2 x 2; expected a padding smaller than the window");
  EXPECT_EQ(shape_of(window(Kind::Max, 7, 1, 0), {of_shape({1, 5, 6, 3})}),
            "a window of 7 on a padded extent of 5; expected a window that fits");
}

const Tensor kImage = Tensor::of<float>({1, 2, 2, 1}, {-1, -2, -3, -6});

TEST(Pool2d, ComputesByHand) {
  EXPECT_EQ(reals(ran(window(Kind::Max, 2, 1, 0), {input(kImage)}).y), (std::vector<float>{-1}));
  EXPECT_EQ(reals(ran(window(Kind::Average, 2, 1, 0), {input(kImage)}).y), (std::vector<float>{-3}));
}

TEST(Pool2d, PaddingIsNoMaximum) {
  EXPECT_EQ(reals(ran(window(Kind::Max, 2, 2, 1), {input(kImage)}).y), (std::vector<float>{-1, -2, -3, -6}));
}

TEST(Pool2d, AnAverageCountsPlacesInsideOrAll) {
  Pool2d op = window(Kind::Average, 2, 2, 1);
  EXPECT_EQ(reals(ran(op, {input(kImage)}).y), (std::vector<float>{-1, -2, -3, -6}));
  op.count_include_pad = true;
  EXPECT_EQ(reals(ran(op, {input(kImage)}).y), (std::vector<float>{-0.25f, -0.5f, -0.75f, -1.5f}));
}

TEST(Pool2d, AnActivationFollows) {
  Pool2d op = window(Kind::Max, 1, 1, 0);
  op.activation = Activation::ReluN1To1;
  EXPECT_EQ(reals(ran(op, {input(kImage)}).y), (std::vector<float>{-1, -1, -1, -1}));
}

struct TieRow {
  const char* name;
  std::vector<int8_t> x;
  int expected;
};

TEST(Pool2d, AnAverageOfCodesRoundsHalfAwayFromZero) {
  const TieRow rows[] = {
      {"a tie above zero", {0, 1, 1, 0}, 1},
      {"a tie below zero", {0, -1, -1, 0}, -1},
      {"below a tie", {0, 1, 0, 0}, 0},
      {"both ends", {-128, 127, -128, 127}, -1},
      {"the least code", {-128, -128, -128, -128}, -128},
  };
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const TieRow& row : rows) {
      const Operand x = input(Tensor::of<int8_t>({1, 2, 2, 1}, row.x), s8(0.1f, 9));
      EXPECT_EQ(codes(ran(window(Kind::Average, 2, 1, 0), {x}, {.out = s8(0.1f, 9), .arithmetic = arithmetic}).y),
                (std::vector<int>{row.expected})) << row.name;
    }
}

TEST(Pool2d, PlacesOutsideHoldTheZeroPoint) {
  Pool2d op = window(Kind::Average, 2, 2, 1);
  op.count_include_pad = true;
  const Operand x = input(Tensor::of<int8_t>({1, 2, 2, 1}, {40, 40, 40, 40}), s8(1, 20));
  EXPECT_EQ(codes(ran(op, {x}, {.out = s8(1, 20), .arithmetic = Arithmetic::Tflm}).y), (std::vector<int>{25, 25, 25, 25}));
}

TEST(Pool2d, IntegersFollowTheReals) {
  Random random(1);
  const Encoding e = s8(0.5f, -3);
  for (const Kind kind : {Kind::Max, Kind::Average})
    for (const int64_t size : kEdgeSizes) {
      const Tensor q = random.codes({2, size, 5, size});
      const Pool2d op = window(kind, 3, 2, 1);
      const Tensor y = dequantize(ran(op, {input(q, e)}, {.out = e, .arithmetic = Arithmetic::Tflm}).y, e);
      const Tensor expected = ran(op, {input(dequantize(q, e))}).y;
      for (size_t i = 0; i < y.view<float>().size(); ++i)
        ASSERT_LE(std::fabs(y.view<float>()[i] - expected.view<float>()[i]), kind == Kind::Max ? 0.0 : 0.2501) << size;
    }
}

TEST(Pool2d, FastFloatIsTheReference) {
  Random random(3);
  for (const Kind kind : {Kind::Max, Kind::Average})
    for (const int64_t channels : {1, 2, 3, 4, 5, 7, 8, 17, 31, 64, 66}) {
      const Tensor x = random.floats({2, 7, 5, channels});
      expect_fast_floats(window(kind, 3, 2, 1), {input(x)}, std::to_string(channels), kind == Kind::Max ? 0 : 1e-6);
    }
}

// Vector kernels against the portable one, byte by byte.
void expect_twins(const Pool2d& op, const Tensor& q) {
  const Encoding e = s8(0.05f, -3);
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert}) {
    const Ran expected = ran(op, {input(q, e)}, {.out = e, .arithmetic = arithmetic});
    for (const Isa isa : fast_isas()) {
      const Ran fast = ran(op, {input(q, e)}, {.out = e, .arithmetic = arithmetic, .isa = isa});
      EXPECT_EQ(fast.kernel.name, std::string(op.kind()) + "_s8" + loop_suffix(isa));
      EXPECT_EQ(fast.y, expected.y) << fast.kernel.name << to_string(q.shape());
    }
  }
}

TEST(Pool2d, FastKernelsMatchForAllChannelsAndWindows) {
  Random random(4);
  std::vector<int64_t> channels(std::begin(kEdgeSizes), std::end(kEdgeSizes));
  channels.insert(channels.end(), {32, 63, 64, 65, 130});
  for (const Kind kind : {Kind::Max, Kind::Average})
    for (const int64_t c : channels)
      for (const Activation activation : {Activation::None, Activation::Relu6})
        for (const bool count_all : {false, true}) {
          Pool2d op = window(kind, 3, 2, 1);
          op.activation = activation;
          op.count_include_pad = count_all;
          expect_twins(op, random.codes({2, 5, 4, c}));
          op.kernel_w = 4;  // half of a window's places: ties
          expect_twins(op, random.codes({1, 3, 6, c}, -2, 2));
        }
}

TEST(Pool2d, FastKernelsMatchOnRandomWindows) {
  Random random(6);
  for (int i = 0; i < 300; ++i) {
    Pool2d op(random.integer(0, 1) ? Kind::Max : Kind::Average);
    op.kernel_h = random.integer(1, 5), op.kernel_w = random.integer(1, 5);
    op.stride_h = random.integer(1, 4), op.stride_w = random.integer(1, 4);
    const auto pad = [&](int64_t kernel) { return random.integer(0, static_cast<int>(kernel) - 1); };
    op.pad_top = pad(op.kernel_h), op.pad_bottom = pad(op.kernel_h);
    op.pad_left = pad(op.kernel_w), op.pad_right = pad(op.kernel_w);
    op.count_include_pad = random.integer(0, 1) == 0;
    const int64_t h = random.integer(static_cast<int>(op.kernel_h), 9), w = random.integer(static_cast<int>(op.kernel_w), 40);
    const int64_t channels[] = {1, 2, 3, 4, 8, 8, 12, 16, 32, random.integer(1, 70)};
    expect_twins(op, random.codes({random.integer(1, 2), h, w, channels[random.integer(0, 9)]}));
  }
}

// Channel 4 k + j holds k - 128, and one more in j quarters of the places: so sums of all sizes and both signs, with ties.
Tensor quarters(int64_t places) {
  Tensor q(DType::I8, {1, places, 1, 1020});
  for (int64_t i = 0; i < q.count(); ++i) {
    const int64_t place = i / 1020, channel = i % 1020;
    q.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(channel / 4 - 128 + (place < channel % 4 * places / 4));
  }
  return q;
}

TEST(Pool2d, FastAveragesMatchForAllSums) {
  for (const int64_t places : {1, 2, 3, 4, 7, 24, 64, 125, 255}) {
    Pool2d op(Kind::Average);
    op.kernel_h = places;
    expect_twins(op, quarters(places));
  }
  for (const int code : {-128, 127}) {
    Pool2d op(Kind::Average);
    op.kernel_h = op.kernel_w = 256;
    Random random(5);
    expect_twins(op, random.codes({1, 256, 256, 3}, code, code));
  }
}

TEST(Pool2d, MaximumRunsOnCodesUnderEveryArithmetic) {
  const Encoding u8 = Encoding::per_tensor(DType::U8, 0.1f, 128);
  Tensor q(DType::U8, {1, 2, 2, 1});
  const uint8_t values[] = {3, 200, 7, 90};
  std::copy(std::begin(values), std::end(values), q.edit<uint8_t>().begin());
  const Ran result = ran(window(Kind::Max, 2, 1, 0), {input(q, u8)}, {.out = u8, .arithmetic = Arithmetic::Onnx});
  EXPECT_EQ(codes(result.y), (std::vector<int>{200}));
  EXPECT_EQ(result.kernel.name, "max_pool2d_u8");
  const Ran bare = ran(window(Kind::Max, 2, 1, 0), {input(q)}, {.out = Encoding::plain(DType::U8)});
  EXPECT_EQ(codes(bare.y), (std::vector<int>{200})) << "without a scale";
  const Operand x = input(Tensor::of<int8_t>({1, 2, 2, 1}, {-3, -7, -1, -9}), s8(1, 0));
  EXPECT_EQ(codes(ran(window(Kind::Max, 2, 1, 0), {x}, {.out = s8(1, 0), .arithmetic = Arithmetic::Onnx}).y), (std::vector<int>{-1}));
}

TEST(Pool2d, InputAndOutputShareAnEncoding) {
  const Operand x = input(Tensor::of<int8_t>({1, 2, 2, 1}, {1, 2, 3, 4}), s8(0.5f, 0));
  EXPECT_EQ(error_of(window(Kind::Max, 2, 1, 0), {x}, {.out = s8(0.25f, 1), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as i8/tensor/asym s=0.25 z=1; expected the encoding of 'x', i8/tensor/asym s=0.5 z=0");
  EXPECT_EQ(window(Kind::Max, 2, 1, 0).prepare({{&x.info}, {&x.info}, Arithmetic::Onnx, Isa::Portable})->name, "max_pool2d_s8");
}

}  // namespace
}  // namespace pare
