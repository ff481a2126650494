#include "ops/conv2d/conv2d.hpp"

#include <fmt/format.h>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

struct ShapeRow {
  const char* name;
  Shape x, w;
  void (*set)(Conv2d&);
  const char* expected;
};

const ShapeRow kShapes[] = {
    {"a window of one keeps the image", {1, 5, 6, 3}, {4, 1, 1, 3}, [](Conv2d&) {}, "[1, 5, 6, 4]"},
    {"a window without padding shrinks it", {1, 5, 6, 3}, {4, 3, 3, 3}, [](Conv2d&) {}, "[1, 3, 4, 4]"},
    {"padding on both sides keeps it",
     {2, 5, 6, 3},
     {4, 3, 3, 3},
     [](Conv2d& c) { c.pad_top = c.pad_bottom = c.pad_left = c.pad_right = 1; },
     "[2, 5, 6, 4]"},
    {"a stride rounds down",
     {1, 6, 6, 1},
     {1, 3, 3, 1},
     [](Conv2d& c) { c.stride_h = c.stride_w = 2; },
     "[1, 2, 2, 1]"},
    {"a dilation widens the window",
     {1, 6, 6, 1},
     {1, 3, 3, 1},
     [](Conv2d& c) { c.dilation_h = c.dilation_w = 2; },
     "[1, 2, 2, 1]"},
    {"groups share the channels", {1, 4, 4, 6}, {4, 1, 1, 3}, [](Conv2d& c) { c.groups = 2; }, "[1, 4, 4, 4]"},
    {"groups must divide the channels",
     {1, 4, 4, 5},
     {4, 1, 1, 3},
     [](Conv2d& c) { c.groups = 2; },
     "2 groups; expected a divisor of 5 input and 4 output channels"},
    {"weights must fit the channels",
     {1, 4, 4, 5},
     {4, 1, 1, 3},
     [](Conv2d&) {},
     "weights for 3 input channels; expected 5"},
    {"a window must fit the image",
     {1, 2, 6, 3},
     {4, 3, 3, 3},
     [](Conv2d&) {},
     "a window of 3 on a padded extent of 2; expected a window that fits"},
    {"a stride must be positive",
     {1, 4, 4, 3},
     {4, 1, 1, 3},
     [](Conv2d& c) { c.stride_w = 0; },
     "kernel 1, stride 0, dilation 1; expected at least 1 each"},
    {"a padding must not be negative",
     {1, 4, 4, 3},
     {4, 1, 1, 3},
     [](Conv2d& c) { c.pad_top = -1; },
     "a padding of -1; expected 0 to 2147483647"},
    {"a padded image has less than 2^31 rows",
     {1, 2, 4, 3},
     {4, 1, 1, 3},
     [](Conv2d& c) { c.pad_top = c.stride_h = INT32_MAX - 1; },
     "kernel 1, stride 2147483646, dilation 1, padded extent 2147483648; expected numbers below 2^31"},
    {"an image has four axes", {4, 4, 3}, {4, 1, 1, 3}, [](Conv2d&) {}, "'x' has shape [4, 4, 3]; expected rank 4"},
};

TEST(Conv2d, InfersShapes) {
  for (const ShapeRow& row : kShapes) {
    Conv2d op;
    row.set(op);
    EXPECT_EQ(shape_of(op, {of_shape(row.x), of_shape(row.w)}), row.expected) << row.name;
  }
}

// Two output pixels, but a fast kernel would copy rows of the padded image.
TEST(Conv2d, RefusesWindowsBeyondMemory) {
  Conv2d op;
  op.pad_top = op.dilation_h = op.pad_left = op.stride_w = 1000000000;
  const Operand x = input(Tensor::of<float>({1, 1, 1, 1}, {1})), w = constant(Tensor::of<float>({1, 2, 1, 1}, {1, 1}));
  EXPECT_EQ(error_of(op, {x, w}), "a window of 1000000001 rows of 1000000001 places and 1 channels; expected less than 2 GiB of floats");
}

TEST(Conv2d, RefusesABiasOfAnotherLength) {
  EXPECT_EQ(shape_of(Conv2d(), {of_shape({1, 4, 4, 3}), of_shape({4, 1, 1, 3}), of_shape({5})}),
            "bias 'x' has shape [5]; expected [4]");
}

TEST(Conv2d, CountsProducts) {
  const Operand x = of_shape({1, 32, 32, 16}), w = of_shape({32, 3, 3, 16}), y = of_shape({1, 16, 16, 32});
  EXPECT_EQ(Conv2d().cost({&x.info, &w.info}, {&y.info}).macs, 16 * 16 * 32 * 3 * 3 * 16);
}

TEST(Conv2d, ComputesByHand) {
  // Two pixels of two channels, a window of 1 x 2 with the image padded on the left.
  const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor w = Tensor::of<float>({1, 1, 2, 2}, {1, 10, 100, 1000});
  Conv2d op;
  op.pad_left = 1;
  EXPECT_EQ(reals(ran(op, {input(x), constant(w), constant(Tensor::of<float>({1}, {0.5f}))}).y),
            (std::vector<float>{2100.5f, 4321.5f}));
  op.activation = Activation::Relu6;
  EXPECT_EQ(reals(ran(op, {input(x), constant(w)}).y), (std::vector<float>{6, 6}));
}

TEST(Conv2d, ReadsIntegerWeightsAsReals) {
  const Tensor w = Tensor::of<int8_t>({2, 1, 1, 1}, {3, -4});
  const Ran result = ran(Conv2d(), {input(Tensor::of<float>({1, 1, 1, 1}, {2})),
                                    constant(w, Encoding::per_channel(DType::I8, 0, {0.5f, 0.25f}))});
  EXPECT_EQ(reals(result.y), (std::vector<float>{3, -2}));
}

// A convolution with everything that can vary.
struct Problem {
  int64_t n = 1, h = 5, w = 5, ci = 3, co = 4, k = 3, stride = 1, dilation = 1, pad = 1, groups = 1;
  std::string name() const {
    return fmt::format("n{} {}x{} {}->{} k{} s{} d{} p{} g{}", n, h, w, ci, co, k, stride, dilation, pad, groups);
  }
  Conv2d op() const {
    Conv2d c;
    c.stride_h = c.stride_w = stride;
    c.dilation_h = c.dilation_w = dilation;
    c.pad_top = c.pad_left = c.pad_bottom = c.pad_right = pad;
    c.groups = groups;
    c.activation = Activation::Relu;
    return c;
  }
};

std::vector<Problem> problems() {
  std::vector<Problem> list;
  for (const int64_t size : kEdgeSizes) {
    list.push_back({.h = 3, .w = size});
    list.push_back({.ci = size});
    list.push_back({.h = 3, .w = size, .co = 8});
    list.push_back({.co = size});
    list.push_back({.n = 2, .h = size, .w = 2, .ci = 5, .co = 19, .k = 1, .pad = 0});
    list.push_back({.h = 9, .w = size + 4, .stride = 2});
    list.push_back({.h = 9, .w = size + 4, .co = 33, .dilation = 2});
    list.push_back({.ci = 2 * size, .co = 4 * size, .groups = 2});
  }
  list.push_back({.n = 2, .h = 8, .w = 60, .ci = 8, .co = 48, .k = 5, .pad = 2});
  list.push_back({.h = 5, .w = 37, .ci = 7, .co = 24, .k = 1, .pad = 0});     // blocks and a half
  list.push_back({.h = 6, .w = 69, .ci = 3, .co = 88, .stride = 2});
  list.push_back({.h = 9, .w = 33, .ci = 1, .co = 24, .k = 4, .pad = 2});     // kernel rows of one lane
  list.push_back({.h = 9, .w = 69, .ci = 3, .co = 8, .stride = 2});           // kernel rows of two lanes and a byte
  list.push_back({.n = 2, .h = 6, .w = 36, .ci = 3, .co = 8, .stride = 2, .pad = 2});
  list.push_back({.n = 2, .h = 9, .w = 70, .ci = 3, .co = 32, .stride = 2});  // the same of more channels
  list.push_back({.h = 3, .w = 21, .ci = 3, .co = 17, .stride = 2, .pad = 4});
  list.push_back({.h = 70, .w = 130, .ci = 3, .co = 24, .stride = 2});        // in strips
  list.push_back({.h = 4, .w = 20, .ci = 7, .co = 8, .pad = 2});
  list.push_back({.h = 12, .w = 180, .ci = 16, .co = 8});                     // too large to be copied at once
  list.push_back({.h = 7, .w = 7, .ci = 4, .co = 8, .k = 1, .stride = 2, .pad = 0});
  list.push_back({.h = 7, .w = 7, .ci = 4, .co = 8, .k = 1, .stride = 1, .pad = 2});
  list.push_back({.h = 4, .w = 4, .ci = 4, .co = 8, .k = 7, .pad = 3});
  list.push_back({.h = 2, .w = 2, .ci = 1, .co = 1, .k = 2, .stride = 3, .pad = 4});
  return list;
}

TEST(Conv2d, FastFloatIsTheReference) {
  Random random(1);
  for (const Problem& p : problems()) {
    const std::vector<Operand> in{input(random.floats({p.n, p.h, p.w, p.ci})),
                                  constant(random.floats({p.co, p.k, p.k, p.ci / p.groups})),
                                  constant(random.floats({p.co}))};
    expect_fast_floats(p.op(), in, p.name());
  }
}

// A shape that no network has.
Problem any_problem(Random& random) {
  Problem p;
  p.groups = random.integer(0, 3) == 0 ? 2 : 1;
  p.n = random.integer(1, 2), p.h = random.integer(1, 12), p.w = random.integer(1, 40);
  p.ci = p.groups * (random.integer(1, 20)), p.co = p.groups * (random.integer(1, 60));
  p.k = random.integer(1, 5), p.stride = random.integer(1, 3), p.dilation = random.integer(1, 2);
  p.pad = (p.k - 1) * p.dilation;  // so that every shape has an output
  return p;
}

TEST(Conv2d, FastFloatOfAnyShapeIsTheReference) {
  Random random(3);
  for (int i = 0; i < 150; ++i) {
    const Problem p = any_problem(random);
    const std::vector<Operand> in{input(random.floats({p.n, p.h, p.w, p.ci})), constant(random.floats({p.co, p.k, p.k, p.ci / p.groups})),
                                  constant(random.floats({p.co}))};
    expect_fast_floats(p.op(), in, p.name());
  }
}

TEST(Conv2d, AFastConvolutionReadsNothingBeyondItsInput) {
  // A NaN on either side of the input must not be seen.
  Random random(2);
  const float nan = std::nanf("");
  for (const Isa isa : fast_isas()) {
    const Operand w = constant(random.floats({17, 3, 3, 1}));
    Conv2d op;
    op.pad_left = op.pad_right = op.pad_top = op.pad_bottom = 1;
    const TensorInfo x{"x", {1, 3, 5, 1}, "", Encoding::plain(DType::F32), {}},
        y{"y", {1, 3, 5, 17}, "", Encoding::plain(DType::F32), {}};
    const Kernel kernel = *op.prepare({{&x, &w.info}, {&y}, Arithmetic::None, isa});
    std::vector<float> around(15 + 2 * 64, nan), out(3 * 5 * 17);
    std::fill_n(around.begin() + 64, 15, 1.0f);
    const void* in = around.data() + 64;
    void* result = out.data();
    Tensor scratch(DType::U8, {kernel.scratch_bytes + 1});
    const pare_io io{&in, &result, scratch.data_for_edit()};
    kernel.run(kernel.args.get(), &io);
    for (const float value : out) EXPECT_FALSE(std::isnan(value)) << name_of(isa);
  }
}

struct IntegerRow {
  const char* name;
  Arithmetic arithmetic;
  std::vector<int> expected;
};

// One input channel, 1 x 1, weights 1 at scale 1, M = 1/2: every odd sum is a tie.
TEST(Conv2d, RoundsTiesByTheRuleOfTheArithmetic) {
  const Tensor x = Tensor::of<int8_t>({1, 1, 6, 1}, {-3, -1, 1, 3, 5, 7});
  const IntegerRow rows[] = {
      {"fixed_double: high multiply half up, then half away", Arithmetic::Tflm, {-1, 0, 1, 2, 3, 4}},
      {"float_half_even", Arithmetic::Litert, {-2, 0, 0, 2, 2, 4}},
      {"the reference kernels round as tflm", Arithmetic::LitertRef, {-1, 0, 1, 2, 3, 4}},
      {"st: one rounding, half up", Arithmetic::St, {-1, 0, 1, 2, 3, 4}},
  };
  for (const IntegerRow& row : rows) {
    const Ran result = ran(
        Conv2d(),
        {input(x, s8(1, 0)), constant(Tensor::of<int8_t>({1, 1, 1, 1}, {1}), Encoding::per_channel(DType::I8, 0, {1}))},
        {.out = s8(2, 0), .arithmetic = row.arithmetic});
    EXPECT_EQ(codes(result.y), row.expected) << row.name;
  }
}

TEST(Conv2d, IntegersFollowTheReals) {
  Random random(3);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Problem& p : problems()) {
      const Encoding ex = s8(0.02f, -5), ey = s8(0.15f, 11);
      std::vector<float> scales;
      for (int64_t c = 0; c < p.co; ++c) scales.push_back(0.004f * static_cast<float>(1 + c % 5));
      std::vector<float> bias_scales;
      for (const float scale : scales) bias_scales.push_back(ex.scale[0] * scale);
      const std::vector<Operand> in{
          input(random.codes({p.n, p.h, p.w, p.ci}), ex),
          constant(random.codes({p.co, p.k, p.k, p.ci / p.groups}, -127), Encoding::per_channel(DType::I8, 0, scales)),
          constant(random.biases({p.co}, 5000), Encoding::per_channel(DType::I32, 0, bias_scales))};
      std::vector<Operand> real = in;
      real[0] = input(dequantize(in[0].value, ex));
      const Tensor y = ran(p.op(), in, {.out = ey, .arithmetic = arithmetic}).y, expected = ran(p.op(), real).y;
      for (size_t i = 0; i < y.view<int8_t>().size(); ++i) {
        const double q = std::clamp(expected.view<float>()[i] / ey.scale[0] + 11.0, -128.0, 127.0);
        ASSERT_LE(std::fabs(y.view<int8_t>()[i] - q), 0.51)
            << p.name() << " " << name_of(arithmetic) << " element " << i;
      }
    }
}

std::vector<Operand> integer_operands(const Problem& p, const CodesRow& row, Random& random) {
  return test::integer_operands(row, {p.n, p.h, p.w, p.ci}, {p.co, p.k, p.k, p.ci / p.groups}, 0, random);
}

TEST(Conv2d, FastIntegersAreTheReferenceBitForBit) {
  Random random(4);
  for (const CodesRow& row : kCodes)
    for (const Arithmetic arithmetic : kIntegerArithmetics)
      for (const Problem& p : problems()) {
        const std::vector<Operand> in = integer_operands(p, row, random);
        Setting setting{.out = s8(row.out_scale, row.out_zero), .arithmetic = arithmetic, .isa = Isa::Portable};
        Conv2d op = p.op();
        op.activation = row.activation;
        const Tensor expected = ran(op, in, setting).y;
        for (const Isa isa : fast_isas()) {
          setting.isa = isa;
          const Ran fast = ran(op, in, setting);
          EXPECT_EQ(fast.kernel.name, "conv2d_s8_" + std::string(name_of(isa)));
          ASSERT_EQ(codes(fast.y), codes(expected))
              << row.name << ", " << name_of(arithmetic) << ", " << p.name() << ", " << name_of(isa);
        }
      }
}

struct LargeRow {
  const char* name;
  int32_t bias;
  float weight_scale;
  const char* kernel;  // without the instruction set
};
const LargeRow kLarge[] = {
    {"a bias that decides the code alone is a constant", 2000000000, 0.5f, "fast"},
    {"below, too", -2000000000, 0.5f, "fast"},
    {"accumulators of more than 30 bits that matter go to the reference", (1 << 30) + (1 << 23), 0x1p-24f, "reference"},
};

TEST(Conv2d, AScaleBeyondFloatLeavesZeroZero) {
  const Operand x = input(Tensor::of<int8_t>({1, 1, 3, 1}, {6, 7, 8}), s8(1e30f, 7));
  const Operand w = constant(Tensor::of<int8_t>({1, 1, 1, 1}, {1}), Encoding::per_channel(DType::I8, 0, {1e30f}));
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Isa isa : kIsas)
      if (has(isa))
        EXPECT_EQ(codes(ran(Conv2d(), {x, w}, {.out = s8(1e-30f, 3), .arithmetic = arithmetic, .isa = isa}).y),
                  (std::vector<int>{-128, 3, 127}))
            << name_of(arithmetic) << " " << name_of(isa);
}

TEST(Conv2d, LargeBiases) {
  const Operand x = input(Tensor::of<int8_t>({1, 1, 2, 1}, {-100, 120}), s8(1, 0));
  for (const LargeRow& row : kLarge)
    for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::St}) {
      const Operand w = constant(Tensor::of<int8_t>({2, 1, 1, 1}, {127, 3}), Encoding::per_channel(DType::I8, 0, {row.weight_scale, 0.5f}));
      const Operand bias = constant(Tensor::of<int32_t>({2}, {row.bias, -7}), Encoding::per_channel(DType::I32, 0, {row.weight_scale, 0.5f}));
      const Ran expected = ran(Conv2d(), {x, w, bias}, {.out = s8(1, 0), .arithmetic = arithmetic});
      for (const Isa isa : fast_isas()) {
        const Ran result = ran(Conv2d(), {x, w, bias}, {.out = s8(1, 0), .arithmetic = arithmetic, .isa = isa});
        EXPECT_EQ(result.kernel.name == "conv2d_s8" ? "reference" : "fast", std::string(row.kernel)) << row.name;
        EXPECT_EQ(codes(result.y), codes(expected.y)) << row.name << " " << name_of(arithmetic);
      }
    }
}

TEST(Conv2d, RefusesEncodingsThatNoKernelHas) {
  const Operand x = input(Tensor::of<int8_t>({1, 1, 1, 1}, {0}), s8(1, 0));
  const Tensor one = Tensor::of<int8_t>({1, 1, 1, 1}, {1});
  const Operand w = constant(one, Encoding::per_channel(DType::I8, 0, {1}));
  const Setting tflm{.out = s8(1, 0), .arithmetic = Arithmetic::Tflm};
  EXPECT_EQ(
      error_of(Conv2d(), {x, w}, {.out = s8(1, 0), .arithmetic = Arithmetic::Onnx}),
      "arithmetic 'onnx' has no integer form of this operator; expected tflm, litert, litert_ref or st. An ONNX QDQ "
      "model runs under 'onnx' before it is converted");
  EXPECT_EQ(error_of(Conv2d(), {x, w}, {.out = Encoding::plain(DType::F32), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as f32; expected i8/tensor/asym");
  EXPECT_EQ(error_of(Conv2d(), {x, constant(one, s8(1, 3))}, tflm),
            "'k' is encoded as i8/tensor/asym; expected weights with zero point 0");
  EXPECT_EQ(error_of(Conv2d(), {x, constant(one, Encoding::per_channel(DType::I8, 3, {1}))}, tflm),
            "'k' is encoded as i8/channel/sym; expected channels along the output's axis");
  EXPECT_EQ(error_of(Conv2d(), {x, input(one, s8(1, 0))}, tflm),
            "operand 'x' is computed at run time; expected a constant");
  EXPECT_EQ(error_of(Conv2d(), {x, w, constant(Tensor::of<float>({1}, {0}))}, tflm),
            "'k' is encoded as f32; expected i32");
}

}  // namespace
}  // namespace pare
