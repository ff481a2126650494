#include "ops/quantize/quantize.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

Quantize to(const char* type) {
  Quantize op;
  op.type = type;
  return op;
}

Encoding u8(float scale, int32_t zero_point) { return Encoding::per_tensor(DType::U8, scale, zero_point); }

TEST(Quantize, InfersTheTypeOfTheCodes) {
  const Operand x = of_shape({2});
  EXPECT_EQ((*to("u8").infer({&x.info}))[0].type, DType::U8);
  EXPECT_EQ(shape_of(to("f32"), {x}), "codes of type 'f32'; expected i8, u8, i16, u16 or i32");
  EXPECT_EQ(shape_of(to("i8/tensor/asym"), {x}), "codes of type 'i8/tensor/asym'; expected i8, u8, i16, u16 or i32");
}

struct TieRow {
  Arithmetic arithmetic;
  std::vector<int> expected;
};

TEST(Quantize, BreaksTiesAsTheArithmeticDoes) {
  const TieRow rows[] = {
      {Arithmetic::Tflm, {-3, -2, -1, 1, 2, 3}},
      {Arithmetic::LitertRef, {-3, -2, -1, 1, 2, 3}},
      {Arithmetic::Litert, {-2, -2, 0, 0, 2, 2}},
      {Arithmetic::Onnx, {-2, -2, 0, 0, 2, 2}},
  };
  const Operand x = input(Tensor::of<float>({6}, {-1.25f, -0.75f, -0.25f, 0.25f, 0.75f, 1.25f}));
  for (const TieRow& row : rows) {
    EXPECT_EQ(codes(ran(to("i8"), {x}, {.out = s8(0.5f, 0), .arithmetic = row.arithmetic}).y), row.expected) << name_of(row.arithmetic);
    std::vector<int> moved = row.expected;
    for (int& q : moved) q += 128;
    EXPECT_EQ(codes(ran(to("u8"), {x}, {.out = u8(0.5f, 128), .arithmetic = row.arithmetic}).y), moved) << name_of(row.arithmetic);
  }
}

TEST(Quantize, InfinitiesSaturate) {
  const float inf = std::numeric_limits<float>::infinity();
  const Operand x = input(Tensor::of<float>({4}, {-inf, inf, -1e30f, 1e30f}));
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::Onnx}) {
    EXPECT_EQ(codes(ran(to("i8"), {x}, {.out = s8(0.5f, 5), .arithmetic = arithmetic}).y), (std::vector<int>{-128, 127, -128, 127}));
    EXPECT_EQ(codes(ran(to("u8"), {x}, {.out = u8(0.5f, 5), .arithmetic = arithmetic}).y), (std::vector<int>{0, 255, 0, 255}));
  }
}

TEST(Quantize, SixteenAndThirtyTwoBits) {
  const Operand x = input(Tensor::of<float>({2}, {-2, 3e9f}));
  const Tensor wide = ran(to("i32"), {x}, {.out = Encoding::per_tensor(DType::I32, 0.5f, 0)}).y;
  EXPECT_EQ(wide, (Tensor::of<int32_t>({2}, {-4, INT32_MAX})));
  EXPECT_EQ(ran(to("i16"), {x}, {.out = Encoding::per_tensor(DType::I16, 0.5f, 1)}).y, (Tensor::of<int16_t>({2}, {-3, 32767})));
}

TEST(Quantize, PerChannel) {
  const Operand x = input(Tensor::of<float>({2, 2}, {1, 1, -2, -2}));
  EXPECT_EQ(codes(ran(to("i8"), {x}, {.out = Encoding::per_channel(DType::I8, 0, {1, 0.5f})}).y), (std::vector<int>{1, 1, -4, -4}));
  EXPECT_EQ(codes(ran(to("i8"), {x}, {.out = Encoding::per_channel(DType::I8, 1, {1, 0.5f})}).y), (std::vector<int>{1, 2, -2, -4}));
}

TEST(Dequantize, ComputesByHand) {
  EXPECT_EQ(reals(ran(Dequantize(), {input(Tensor::of<int8_t>({3}, {-128, 3, 127}), s8(0.5f, 3))}).y), (std::vector<float>{-65.5f, 0, 62}));
  Tensor q(DType::U8, {2});
  q.edit<uint8_t>()[1] = 255;
  EXPECT_EQ(reals(ran(Dequantize(), {input(q, u8(0.5f, 128))}).y), (std::vector<float>{-64, 63.5f}));
  EXPECT_EQ(reals(ran(Dequantize(), {input(Tensor::of<int8_t>({1, 2}, {2, 2}), Encoding::per_channel(DType::I8, 1, {1, 0.5f}))}).y),
            (std::vector<float>{2, 1}));
  EXPECT_EQ(error_of(Dequantize(), {input(Tensor::of<float>({1}, {1}))}),
            "'x' is encoded as f32; expected codes with a scale, such as i8/tensor/asym");
}

TEST(Quantize, ThereAndBackIsEveryCode) {
  Tensor q(DType::I8, {256});
  for (int i = 0; i < 256; ++i) q.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i - 128);
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::Onnx})
    for (const float scale : {1.0f, 0.1f, 1.0f / 3, 1e-6f, 1e6f}) {
      const Tensor x = ran(Dequantize(), {input(q, s8(scale, -17))}).y;
      EXPECT_EQ(ran(to("i8"), {input(x)}, {.out = s8(scale, -17), .arithmetic = arithmetic}).y, q) << scale;
    }
}

// All pairs of int8 and uint8: the same reals, whatever the offset of the codes is.
TEST(Quantize, CodesToCodes) {
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef, Arithmetic::Onnx})
    for (const bool from_u8 : {false, true})
      for (const bool to_u8 : {false, true}) {
        const Encoding ex = from_u8 ? u8(0.1f, 108) : s8(0.1f, -20), ey = to_u8 ? u8(0.25f, 133) : s8(0.25f, 5);
        Tensor x = *quantize(Tensor::of<float>({5}, {-10.8f, -1, 0, 2, 14.7f}), ex, Rounding::HalfEven);
        const Ran result = ran(to(to_u8 ? "u8" : "i8"), {input(x, ex)}, {.out = ey, .arithmetic = arithmetic});
        const std::vector<float> y = reals(dequantize(result.y, ey)), real = reals(dequantize(x, ex));
        for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(y[i], real[i], 0.1251f + 0.06f) << name_of(arithmetic) << from_u8 << to_u8;
      }
}

TEST(Quantize, AnOffsetOf128IsExact) {
  Tensor q(DType::U8, {256});
  for (size_t i = 0; i < 256; ++i) q.edit<uint8_t>()[i] = static_cast<uint8_t>(i);
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef, Arithmetic::Onnx}) {
    const std::vector<int> y = codes(ran(to("i8"), {input(q, u8(0.1f, 140))}, {.out = s8(0.1f, 12), .arithmetic = arithmetic}).y);
    for (int i = 0; i < 256; ++i) EXPECT_EQ(y[static_cast<size_t>(i)], i - 128) << name_of(arithmetic);
  }
}

// Reals near and at ties, beyond all codes, and at the edges of what is cut.
Tensor hard_reals(Random& random, int64_t count, const Encoding& e) {
  Tensor x(DType::F32, {count});
  for (float& real : x.edit<float>()) {
    const int kind = random.integer(0, 9);
    real = e.scale[0] * static_cast<float>(random.integer(-600, 600)) / 2;
    if (kind == 0) real = std::nextafter(real, random.integer(0, 1) ? 1e30f : -1e30f);
    if (kind == 1) real = std::ldexp(static_cast<float>(random.integer(-1000, 1000)), random.integer(-20, 100));
    if (kind == 2) real = e.scale[0] * static_cast<float>(random.integer(-2000000, 2000000)) / 10000;
    if (kind == 3) real = random.integer(0, 1) ? -0.0f : std::numeric_limits<float>::infinity();
  }
  return x;
}

struct FastRow {
  const char* name;
  Encoding codes;
};
const FastRow kFast[] = {
    {"int8", s8(0.0231f, -5)},
    {"int8, ties", s8(0.25f, 0)},
    {"int8, least zero point", s8(0.3f, -128)},
    {"int8, greatest zero point", s8(1e-6f, 127)},
    {"uint8", u8(0.0231f, 128)},
    {"uint8, least zero point", u8(0.5f, 0)},
    {"uint8, greatest zero point", u8(3.7f, 255)},
};

// At every length of what is left over at the end.
TEST(Quantize, VectorsAreThePortableKernelsBitForBit) {
  Random random(11);
  for (const FastRow& row : kFast)
    for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::Onnx})
      for (const Isa isa : fast_isas())
        for (int64_t count = 1; count <= 194; ++count) {
          const Operand x = input(hard_reals(random, count, row.codes));
          const Quantize op = to(row.codes.type == DType::U8 ? "u8" : "i8");
          const Tensor q = ran(op, {x}, {.out = row.codes, .arithmetic = arithmetic}).y;
          const Ran fast = ran(op, {x}, {.out = row.codes, .arithmetic = arithmetic, .isa = isa});
          ASSERT_EQ(fast.y, q) << row.name << ", " << fast.kernel.name << ", " << name_of(arithmetic) << ", " << count;
          ASSERT_TRUE(fast.kernel.name.ends_with(loop_suffix(isa))) << fast.kernel.name;
          const Operand codes = input(q, row.codes);
          ASSERT_EQ(ran(Dequantize(), {codes}, {.out = Encoding::plain(DType::F32), .isa = isa}).y, ran(Dequantize(), {codes}).y) << row.name << " " << count;
        }
}

// Half away from zero is right at the floats beside every tie.
TEST(Quantize, RoundsHalfAwayBesideEveryTieBitForBit) {
  std::vector<float> reals;
  for (int tie = -257; tie <= 257; tie += 1)
    for (const float side : {-1e30f, 0.0f, 1e30f})
      reals.push_back(std::nextafter(static_cast<float>(tie) / 2, side == 0 ? static_cast<float>(tie) / 2 : side));
  const Operand x = input(Tensor::of<float>({static_cast<int64_t>(reals.size())}, reals));
  const Setting portable{.out = s8(1, 0), .arithmetic = Arithmetic::Tflm};
  for (const Isa isa : fast_isas())
    EXPECT_EQ(ran(to("i8"), {x}, {.out = s8(1, 0), .arithmetic = Arithmetic::Tflm, .isa = isa}).y, ran(to("i8"), {x}, portable).y);
}

TEST(Quantize, RefusesWhatNoKernelHas) {
  EXPECT_EQ(error_of(to("i8"), {input(Tensor::of<float>({1}, {1}))}, {}),
            "'y' is encoded as i8; expected codes with a scale, such as i8/tensor/asym");
  EXPECT_EQ(error_of(to("i16"), {input(Tensor::of<int8_t>({1}, {1}), s8(1, 0))}, {.out = Encoding::per_tensor(DType::I16, 1, 0)}),
            "'y' is encoded as i16/tensor/asym; expected i8/tensor/asym or u8/tensor/asym, to requantize");
}

}  // namespace
}  // namespace pare
