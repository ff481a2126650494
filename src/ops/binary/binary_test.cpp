#include "ops/binary/binary.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;
using Kind = Binary::Kind;

struct ShapeRow {
  const char* name;
  Shape a, b;
  const char* expected;
};

const ShapeRow kShapes[] = {
    {"equal shapes", {2, 3}, {2, 3}, "[2, 3]"},
    {"an extent of one is repeated", {2, 1, 3}, {1, 4, 3}, "[2, 4, 3]"},
    {"missing axes are in front", {2, 3}, {3}, "[2, 3]"},
    {"a scalar fits everything", {}, {2, 3}, "[2, 3]"},
    {"other extents do not fit", {2, 3}, {2, 4}, "shapes [2, 3] and [2, 4]; expected shapes that broadcast"},
    {"nor do axes that are aligned at the front", {2, 3}, {2}, "shapes [2, 3] and [2]; expected shapes that broadcast"},
};

TEST(Binary, InfersShapes) {
  for (const ShapeRow& row : kShapes)
    EXPECT_EQ(shape_of(Binary(Kind::Add), {of_shape(row.a), of_shape(row.b)}), row.expected) << row.name;
}

struct FloatRow {
  Kind kind;
  Activation activation;
  std::vector<float> expected;
};

TEST(Binary, ComputesByHand) {
  const FloatRow rows[] = {
      {Kind::Add, Activation::None, {5, 1, 12}},  {Kind::Sub, Activation::None, {-3, -3, 4}},
      {Kind::Mul, Activation::None, {4, -2, 32}}, {Kind::Div, Activation::None, {0.25f, -0.5f, 2}},
      {Kind::Add, Activation::Relu6, {5, 1, 6}},  {Kind::Sub, Activation::Relu, {0, 0, 4}},
  };
  const Operand a = input(Tensor::of<float>({3}, {1, -1, 8})), b = input(Tensor::of<float>({3}, {4, 2, 4}));
  for (const FloatRow& row : rows) {
    const Binary op(row.kind, row.activation);
    EXPECT_EQ(reals(ran(op, {a, b}).y), row.expected) << op.kind();
  }
}

// What broadcasting means, element by element.
float at(const Tensor& t, const Shape& y, int64_t index) {
  int64_t offset = 0, stride = 1;
  const size_t missing = y.size() - t.shape().size();
  for (size_t i = y.size(); i-- > 0; index /= y[i]) {
    if (i < missing) continue;
    const int64_t extent = t.shape()[i - missing];
    offset += (extent == 1 ? 0 : index % y[i]) * stride;
    stride *= extent;
  }
  return t.view<float>()[static_cast<size_t>(offset)];
}

const Shape kPairs[][2] = {
    {{33}, {33}},
    {{33}, {1}},
    {{}, {17}},
    {{}, {}},
    {{1}, {1, 1}},
    {{2, 3, 4}, {4}},
    {{4}, {2, 3, 4}},
    {{2, 3, 4}, {3, 1}},
    {{2, 1, 4}, {1, 3, 1}},
    {{1, 1, 8}, {1, 7, 7, 8}},
    {{2, 1, 3, 1, 5}, {1, 2, 1, 4, 1}},
    {{2, 3, 4}, {2, 1, 1}},
};

TEST(Binary, Broadcasts) {
  Random random(1);
  for (const auto& pair : kPairs) {
    const Tensor a = random.floats(pair[0]), b = random.floats(pair[1]);
    const std::vector<Operand> ways[] = {{input(a), input(b)}, {constant(a), input(b)}, {input(a), constant(b)}};
    for (const auto& in : ways) {
      const Tensor y = ran(Binary(Kind::Sub), in).y;
      for (int64_t i = 0; i < y.count(); ++i)
        EXPECT_EQ(y.view<float>()[static_cast<size_t>(i)], at(a, y.shape(), i) - at(b, y.shape(), i))
            << to_string(a.shape()) << to_string(b.shape());
    }
  }
}

TEST(Binary, TakesOneTensorTwice) {
  const Operand x = input(Tensor::of<float>({2}, {3, -4}));
  EXPECT_EQ(reals(ran(Binary(Kind::Mul), {x, x}).y), (std::vector<float>{9, 16}));
}

double exact(Kind kind, double a, double b) { return kind == Kind::Add ? a + b : kind == Kind::Sub ? a - b : a * b; }

TEST(Binary, IntegersFollowTheReals) {
  Random random(2);
  const Encoding ea = s8(0.021f, 3), eb = s8(0.013f, -128), ey = s8(0.03f, 11);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Kind kind : {Kind::Add, Kind::Sub, Kind::Mul})
      for (const auto& pair : kPairs) {
        const Tensor a = random.codes(pair[0]), b = random.codes(pair[1]);
        const Tensor ra = dequantize(a, ea), rb = dequantize(b, eb);
        const std::vector<Operand> ways[] = {
            {input(a, ea), input(b, eb)}, {constant(a, ea), input(b, eb)}, {input(a, ea), constant(b, eb)}};
        for (const auto& in : ways) {
          const Tensor y = ran(Binary(kind), in, {.out = ey, .arithmetic = arithmetic}).y;
          for (int64_t i = 0; i < y.count(); ++i) {
            const double q = exact(kind, at(ra, y.shape(), i), at(rb, y.shape(), i)) / ey.scale[0] + 11;
            ASSERT_LE(std::fabs(codes(y)[static_cast<size_t>(i)] - std::clamp(q, -128.0, 127.0)), 0.52)
                << Binary(kind).kind() << " " << name_of(arithmetic) << to_string(a.shape()) << to_string(b.shape());
          }
        }
      }
}

// Vector kernels against the portable one, byte by byte.
void expect_twins(const Binary& op, const std::vector<Operand>& in, Setting setting) {
  const Ran expected = ran(op, in, setting);
  for (const Isa isa : fast_isas()) {
    setting.isa = isa;
    const Ran fast = ran(op, in, setting);
    EXPECT_EQ(fast.kernel.name, std::string(op.kind()) + "_s8" + loop_suffix(isa));
    EXPECT_EQ(fast.y, expected.y) << fast.kernel.name << " " << name_of(setting.arithmetic)
                                  << to_string(in[0].info.shape) << to_string(in[1].info.shape);
  }
}

// All pairs of codes.
std::array<Tensor, 2> all_pairs() {
  Tensor a(DType::I8, {65536}), b(DType::I8, {65536});
  for (size_t i = 0; i < 65536; ++i) {
    a.edit<int8_t>()[i] = static_cast<int8_t>(static_cast<int>(i / 256) - 128);
    b.edit<int8_t>()[i] = static_cast<int8_t>(static_cast<int>(i % 256) - 128);
  }
  return {std::move(a), std::move(b)};
}

struct ScaleRow {
  Encoding a, b, y;
};

// Powers of two meet ties; then scales far apart, sums that saturate or nearly vanish, zero points at the ends.
const ScaleRow kScales[] = {
    {s8(0.5f, 0), s8(0.25f, 0), s8(1, 0)},
    {s8(0.0625f, -128), s8(0.5f, 127), s8(0.125f, 3)},
    {s8(0.021f, 3), s8(0.013f, -128), s8(0.03f, 11)},
    {s8(1e-5f, 9), s8(0.7f, -7), s8(0.9f, 100)},
    {s8(0.9f, 127), s8(0.8f, 127), s8(0.01f, -128)},
    {s8(0.1f, -128), s8(0.002f, -128), s8(0.9f, 1)},
};

TEST(Binary, FastKernelsMatchOnAllPairsOfCodes) {
  const auto [a, b] = all_pairs();
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Kind kind : {Kind::Add, Kind::Sub, Kind::Mul})
      for (const Activation activation : {Activation::None, Activation::Relu6})
        for (const ScaleRow& row : kScales)
          expect_twins(Binary(kind, activation), {input(a, row.a), input(b, row.b)},
                       {.out = row.y, .arithmetic = arithmetic});
}

TEST(Binary, FastKernelsMatchForAllShapes) {
  Random random(3);
  const Encoding ea = s8(0.021f, 3), eb = s8(0.013f, -128), ey = s8(0.03f, 11);
  std::vector<std::array<Shape, 2>> pairs;
  for (const auto& pair : kPairs) pairs.push_back({pair[0], pair[1]});
  for (const int64_t n : kEdgeSizes)
    for (const int64_t more : {0, 32, 64, 128}) {
      const int64_t size = n + more;
      pairs.insert(pairs.end(), {{{{size}, {size}}}, {{{2, size}, {size}}}, {{{2, size}, {2, 1}}}, {{{}, {size}}}});
    }
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert})
    for (const Kind kind : {Kind::Sub, Kind::Mul})
      for (const auto& pair : pairs) {
        const Tensor a = random.codes(pair[0]), b = random.codes(pair[1]);
        const Setting setting{.out = ey, .arithmetic = arithmetic};
        expect_twins(Binary(kind), {input(a, ea), input(b, eb)}, setting);
        expect_twins(Binary(kind), {constant(a, ea), input(b, eb)}, setting);
      }
}

TEST(Binary, WhatVectorsCannotHoldStaysPortable) {
  const Operand x = input(Tensor::of<int8_t>({2}, {-128, 127}), s8(1, 0));
  for (const Isa isa : fast_isas())
    EXPECT_EQ(
        ran(Binary(Kind::Add), {x, x}, {.out = s8(1e-7f, 0), .arithmetic = Arithmetic::Tflm, .isa = isa}).kernel.name,
        "add_s8");
}

TEST(Binary, AFusedReluEndsAtTheZeroPoint) {
  const std::vector<Operand> in{input(Tensor::of<int8_t>({2}, {-100, 100}), s8(1, 0)),
                                input(Tensor::of<int8_t>({2}, {0, 0}), s8(1, 0))};
  const Binary op(Kind::Add, Activation::Relu);
  EXPECT_EQ(codes(ran(op, in, {.out = s8(1, 5), .arithmetic = Arithmetic::Tflm}).y), (std::vector<int>{5, 105}));
}

TEST(Binary, RefusesWhatNoKernelHas) {
  const Operand x = input(Tensor::of<int8_t>({1}, {1}), s8(1, 0));
  EXPECT_EQ(error_of(Binary(Kind::Div), {x, x}, {.out = s8(1, 0), .arithmetic = Arithmetic::Tflm}),
            "a division of integers; expected a float division. Leave this node in float");
  EXPECT_EQ(error_of(Binary(Kind::Add), {x, input(Tensor::of<float>({1}, {1}))},
                     {.out = s8(1, 0), .arithmetic = Arithmetic::Tflm}),
            "'x' is encoded as f32; expected i8/tensor/asym");
  EXPECT_EQ(error_of(Binary(Kind::Add), {x, x}, {}), "'x' is encoded as i8/tensor/asym; expected f32");
}

}  // namespace
}  // namespace pare
