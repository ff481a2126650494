#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"

#include <fmt/format.h>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

TEST(DepthwiseConv2d, InfersShapes) {
  DepthwiseConv2d op;
  EXPECT_EQ(shape_of(op, {of_shape({2, 5, 6, 3}), of_shape({1, 3, 3, 6})}), "[2, 3, 4, 6]");
  EXPECT_EQ(shape_of(op, {of_shape({2, 5, 6, 3}), of_shape({1, 3, 3, 4})}),
            "depthwise weights of shape [1, 3, 3, 4]; expected [1, kh, kw, a multiple of 3]");
  EXPECT_EQ(shape_of(op, {of_shape({2, 5, 6, 3})}), "1 operands; expected 2 to 3");
  EXPECT_EQ(shape_of(op, {of_shape({2, 5, 6, 3}), of_shape({1, 3, 3, 6}), of_shape({3})}),
            "bias 'x' has shape [3]; expected [6]");
}

TEST(DepthwiseConv2d, CountsProducts) {
  const Operand x = of_shape({1, 8, 8, 4}), w = of_shape({1, 3, 3, 8}), y = of_shape({1, 6, 6, 8});
  EXPECT_EQ(DepthwiseConv2d().cost({&x.info, &w.info}, {&y.info}).macs, 6 * 6 * 8 * 9);
}

TEST(DepthwiseConv2d, ComputesByHand) {
  // Two channels, each with two outputs.
  const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor w = Tensor::of<float>({1, 1, 2, 4}, {1, 2, 3, 4, 10, 20, 30, 40});
  EXPECT_EQ(reals(ran(DepthwiseConv2d(), {input(x), constant(w), constant(Tensor::of<float>({4}, {0, 0, 0, 1}))}).y),
            (std::vector<float>{31, 62, 126, 169}));
}

struct Problem {
  int64_t n = 1, h = 5, w = 9, c = 4, m = 1, k = 3, stride = 1, dilation = 1, pad = 1;
  std::string name() const { return fmt::format("n{} {}x{}x{} m{} k{} s{} d{} p{}", n, h, w, c, m, k, stride, dilation, pad); }
  DepthwiseConv2d op() const {
    DepthwiseConv2d d;
    d.stride_h = d.stride_w = stride;
    d.dilation_h = d.dilation_w = dilation;
    d.pad_top = d.pad_left = d.pad_bottom = d.pad_right = pad;
    d.activation = Activation::Relu6;
    return d;
  }
};

std::vector<Problem> problems() {
  std::vector<Problem> list;
  for (const int64_t size : kEdgeSizes) {
    list.push_back({.w = size});
    list.push_back({.c = size});
    list.push_back({.n = 2, .c = size, .m = 2});
    list.push_back({.w = size + 6, .c = 17, .stride = 2});
    list.push_back({.h = 7, .w = size + 6, .c = 3, .dilation = 2});
  }
  list.push_back({.h = 3, .w = 3, .c = 20, .k = 5, .pad = 4});
  list.push_back({.h = 2, .w = 2, .c = 1, .k = 1, .stride = 3, .pad = 4});
  list.push_back({.c = 1, .m = 8});
  return list;
}

TEST(DepthwiseConv2d, FastFloatIsTheReference) {
  Random random(1);
  for (const Problem& p : problems()) {
    const std::vector<Operand> in{input(random.floats({p.n, p.h, p.w, p.c})), constant(random.floats({1, p.k, p.k, p.c * p.m})),
                                  constant(random.floats({p.c * p.m}))};
    expect_fast_floats(p.op(), in, p.name());
  }
}

// A shape that no network has.
Problem any_problem(Random& random) {
  Problem p{.n = random.integer(1, 2), .h = random.integer(1, 12), .w = random.integer(1, 40), .c = random.integer(1, 70)};
  p.k = random.integer(1, 5), p.stride = random.integer(1, 3), p.dilation = random.integer(1, 2);
  p.pad = (p.k - 1) * p.dilation;  // so that every shape has an output
  return p;
}

TEST(DepthwiseConv2d, FastFloatOfAnyShapeIsTheReference) {
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    const Problem p = any_problem(random);
    const std::vector<Operand> in{input(random.floats({p.n, p.h, p.w, p.c})), constant(random.floats({1, p.k, p.k, p.c})),
                                  constant(random.floats({p.c}))};
    expect_fast_floats(p.op(), in, p.name());
  }
}

// Neither at the sides of a row nor beyond the input: a NaN there must not be seen.
TEST(DepthwiseConv2d, AFastKernelReadsNothingBeyondItsInput) {
  Random random(6);
  for (const int64_t c : {5, 8, 16, 24, 33})
    for (const Isa isa : fast_isas()) {
      const Problem p{.h = 3, .w = 9, .c = c};
      const Operand w = constant(random.floats({1, 3, 3, c}));
      const Shape shape{1, 3, 9, c};
      const TensorInfo x{"x", shape, "", Encoding::plain(DType::F32), {}}, y{"y", shape, "", Encoding::plain(DType::F32), {}};
      const Kernel kernel = *p.op().prepare({{&x, &w.info}, {&y}, Arithmetic::None, isa});
      std::vector<float> around(static_cast<size_t>(27 * c + 2 * 512), std::nanf("")), out(static_cast<size_t>(27 * c));
      std::fill_n(around.begin() + 512, 27 * c, 1.0f);
      std::vector<std::byte> scratch(static_cast<size_t>(kernel.scratch_bytes));
      const void* in = around.data() + 512;
      void* to = out.data();
      const pare_io io{&in, &to, scratch.data()};
      kernel.run(kernel.args.get(), &io);
      for (const float value : out) ASSERT_FALSE(std::isnan(value)) << c << " channels, " << name_of(isa);
    }
}

TEST(DepthwiseConv2d, NeedsNoBias) {
  Random random(2);
  const Problem p{.c = 19};
  const std::vector<Operand> in{input(random.floats({p.n, p.h, p.w, p.c})), constant(random.floats({1, 3, 3, p.c}))};
  expect_fast_floats(p.op(), in, p.name());
}

TEST(DepthwiseConv2d, IntegersFollowTheReals) {
  Random random(3);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Problem& p : problems()) {
      const Encoding ex = s8(0.05f, 7), ey = s8(0.04f, -128);
      std::vector<float> scales, bias_scales;
      for (int64_t c = 0; c < p.c * p.m; ++c) scales.push_back(0.004f * static_cast<float>(1 + c % 3));
      for (const float scale : scales) bias_scales.push_back(ex.scale[0] * scale);
      const std::vector<Operand> in{input(random.codes({p.n, p.h, p.w, p.c}), ex),
                                    constant(random.codes({1, p.k, p.k, p.c * p.m}, -127), Encoding::per_channel(DType::I8, 3, scales)),
                                    constant(random.biases({p.c * p.m}, 3000), Encoding::per_channel(DType::I32, 0, bias_scales))};
      std::vector<Operand> real = in;
      real[0] = input(dequantize(in[0].value, ex));
      const Tensor y = ran(p.op(), in, {.out = ey, .arithmetic = arithmetic}).y, expected = ran(p.op(), real).y;
      for (size_t i = 0; i < y.view<int8_t>().size(); ++i) {
        const double q = std::clamp(expected.view<float>()[i] / ey.scale[0] - 128.0, -128.0, 127.0);
        ASSERT_LE(std::fabs(y.view<int8_t>()[i] - q), 0.51) << p.name() << " " << name_of(arithmetic) << " element " << i;
      }
    }
}

// Channels that fill vectors, parts of vectors, and several; strides; kernels of more than four rows.
std::vector<Problem> integer_problems() {
  std::vector<Problem> list = problems();
  for (const int64_t c : {4, 8, 16, 24, 32, 40, 48, 64, 72, 96, 128, 200})
    for (const int64_t stride : {1, 2, 3}) list.push_back({.n = 2, .h = 7, .w = 9, .c = c, .stride = stride});
  for (const int64_t c : {8, 16, 24, 32, 64})  // from the right
    for (const int64_t w : {8, 9, 17, 32, 33}) list.push_back({.h = 7, .w = w, .c = c, .stride = 2, .pad = 0});
  for (const int64_t k : {1, 2, 4, 5, 7}) list.push_back({.h = 8, .w = 8, .c = 8, .k = k, .pad = k / 2});
  for (const int64_t c : {4, 8, 12, 20, 64, 128})  // several units of each set of weights
    for (const int64_t k : {1, 3, 5}) list.push_back({.n = 2, .h = 4, .w = 37, .c = c, .k = k, .dilation = 1 + k % 2 * (c % 3), .pad = 2 * k - 1});
  list.push_back({.h = 3, .w = 45, .c = 20, .k = 2, .pad = 0});
  for (const int64_t m : {2, 3, 4, 5, 16})
    for (const int64_t stride : {1, 2}) list.push_back({.n = 2, .h = 5, .w = 21, .c = 6, .m = m, .stride = stride});
  list.push_back({.h = 1, .w = 5, .c = 8});
  list.push_back({.h = 9, .w = 9, .c = 8, .dilation = 2, .pad = 2});
  return list;
}

TEST(DepthwiseConv2d, FastIntegersAreTheReferenceBitForBit) {
  Random random(4);
  for (const CodesRow& row : kCodes)
    for (const Arithmetic arithmetic : kIntegerArithmetics)
      for (const Problem& p : row.name == kCodes[0].name ? integer_problems() : problems()) {
        const std::vector<Operand> in = integer_operands(row, {p.n, p.h, p.w, p.c}, {1, p.k, p.k, p.c * p.m}, 3, random);
        Setting setting{.out = s8(row.out_scale, row.out_zero), .arithmetic = arithmetic, .isa = Isa::Portable};
        DepthwiseConv2d op = p.op();
        op.activation = row.activation;
        const Tensor expected = ran(op, in, setting).y;
        for (const Isa isa : fast_isas()) {
          setting.isa = isa;
          const Ran fast = ran(op, in, setting);
          EXPECT_EQ(fast.kernel.name, "depthwise_conv2d_s8" + suffix_of(isa));
          ASSERT_EQ(codes(fast.y), codes(expected)) << row.name << ", " << name_of(arithmetic) << ", " << p.name() << ", " << name_of(isa);
        }
      }
}

}  // namespace
}  // namespace pare
