#include "ops/unary/unary.hpp"

#include "ops/op_test.hpp"
#include "ops/unary/table.hpp"

namespace pare {
namespace {

using namespace test;
using Kind = Unary::Kind;

Unary leaky(float alpha) {
  Unary op(Kind::LeakyRelu);
  op.alpha = alpha;
  return op;
}
Unary clip(float lo, float hi) {
  Unary op(Kind::Clip);
  op.lo = lo;
  op.hi = hi;
  return op;
}

struct Row {
  Unary op;
  std::vector<float> expected;  // at -20, -1, 0, 0.5, 8
};

const Row kRows[] = {
    {Unary(Kind::Relu), {0, 0, 0, 0.5f, 8}},
    {Unary(Kind::Relu6), {0, 0, 0, 0.5f, 6}},
    {Unary(Kind::ReluN1To1), {-1, -1, 0, 0.5f, 1}},
    {clip(-2, 0.25f), {-2, -1, 0, 0.25f, 0.25f}},
    {leaky(0.1f), {-2, -0.1f, 0, 0.5f, 8}},
    {Unary(Kind::Logistic), {2.0611537e-9f, 0.26894142f, 0.5f, 0.62245933f, 0.99966465f}},
    {Unary(Kind::Tanh), {-1, -0.76159416f, 0, 0.46211716f, 0.99999977f}},
};
const Tensor kInputs = Tensor::of<float>({5}, {-20, -1, 0, 0.5f, 8});

TEST(Unary, ComputesByHand) {
  for (const Row& row : kRows) {
    const std::vector<float> y = reals(ran(row.op, {input(kInputs)}).y);
    for (size_t i = 0; i < 5; ++i)
      EXPECT_NEAR(y[i], row.expected[i], 1e-6 * std::fabs(row.expected[i]) + 1e-12) << row.op.kind();
  }
}

TEST(Unary, TheFloatKernelIsTheValue) {
  Random random(1);
  const Tensor x = random.floats({999}, -12, 12);
  for (const Row& row : kRows) {
    const std::vector<float> y = reals(ran(row.op, {input(x)}).y);
    for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], row.op.value(x.view<float>()[i]), 1e-6) << row.op.kind();
  }
}

TEST(Unary, HugeInputsGiveTheLimits) {
  const Operand x = input(Tensor::of<float>({2}, {-1e30f, 1e30f}));
  EXPECT_EQ(reals(ran(Unary(Kind::Logistic), {x}).y), (std::vector<float>{0, 1}));
  EXPECT_EQ(reals(ran(Unary(Kind::Tanh), {x}).y), (std::vector<float>{-1, 1}));
}

TEST(Unary, AClipNeedsOrderedLimits) {
  EXPECT_EQ(shape_of(clip(1, 0), {of_shape({2})}), "limits 1.000000 and 0.000000; expected lo <= hi");
}

// Encodings that each member is allowed to have under every arithmetic.
Encoding output_of(const Unary& op, const Encoding& x) {
  const Contract contract = op.contract();
  if (contract.output == Contract::Output::Fixed) return s8(contract.scale, contract.zero_point);
  return contract.output == Contract::Output::Input ? x : s8(0.04f, -20);
}

Tensor all_codes() {
  Tensor q(DType::I8, {256});
  for (int i = 0; i < 256; ++i) q.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i - 128);
  return q;
}

// 8-bit multipliers (`litert`) are off by at most 1/512 of 128; the fixed-point forms of `tflm` by one code.
TEST(Unary, EveryCodeFollowsTheReals) {
  const Encoding ex = s8(0.05f, -10);
  const Tensor x = dequantize(all_codes(), ex);
  for (const Arithmetic arithmetic : kIntegerArithmetics)
    for (const Row& row : kRows) {
      const Encoding ey = output_of(row.op, ex);
      const std::vector<int> y = codes(ran(row.op, {input(all_codes(), ex)}, {.out = ey, .arithmetic = arithmetic}).y);
      for (size_t i = 0; i < 256; ++i) {
        const double q = row.op.value(x.view<float>()[i]) / ey.scale[0] + ey.zero_point[0];
        EXPECT_LE(std::fabs(y[i] - std::clamp(q, -128.0, 127.0)), 1.0)
            << row.op.kind() << " " << name_of(arithmetic) << " " << i;
      }
    }
}

TEST(Unary, RefusesOutputsThatTheContractForbids) {
  const Operand x = input(all_codes(), s8(0.05f, 0));
  EXPECT_EQ(error_of(Unary(Kind::Logistic), {x}, {.out = s8(0.5f, 0), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as i8/tensor/asym s=0.5 z=0; expected s=0.00390625 z=-128");
  EXPECT_EQ(error_of(Unary(Kind::Relu6), {x}, {.out = s8(0.1f, 0), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as i8/tensor/asym s=0.1 z=0; expected the encoding of 'x', i8/tensor/asym s=0.05 z=0");
  EXPECT_EQ(error_of(Unary(Kind::Relu), {x}, {.out = s8(0.1f, 0), .arithmetic = Arithmetic::Onnx}).substr(0, 60),
            "arithmetic 'onnx' has no integer form of this operator; expe");
}

class Names final : public FieldVisitor {
 public:
  void field(const char* name, int64_t&) override { list.push_back(name); }
  void field(const char* name, float&) override { list.push_back(name); }
  void field(const char* name, bool&) override { list.push_back(name); }
  void field(const char* name, std::string&) override { list.push_back(name); }
  void field(const char* name, std::vector<int64_t>&) override { list.push_back(name); }
  void field(const char* name, Activation&) override { list.push_back(name); }
  std::vector<std::string> list;
};

TEST(Unary, AMemberHasOnlyItsFields) {
  const auto fields = [](Unary op) {
    Names names;
    op.fields(names);
    return names.list;
  };
  EXPECT_EQ(fields(Unary(Kind::Tanh)), std::vector<std::string>{});
  EXPECT_EQ(fields(leaky(0.1f)), std::vector<std::string>{"alpha"});
  EXPECT_EQ(fields(clip(0, 1)), (std::vector<std::string>{"lo", "hi"}));
}

// Every code at every place of a vector, and what is left over at the end; in place.
TEST(Unary, LookupsByVectorsAreThoseOfTheTableBitForBit) {
  for (const Isa isa : fast_isas())
    for (int64_t count = 0; count <= 386; ++count) {
      Tensor x(DType::I8, {count + 1}), table(DType::I8, {256});
      for (int i = 0; i < 256; ++i) table.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i * 77 + i / 3);
      for (int64_t i = 0; i <= count; ++i)
        x.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i * 3 + count);
      const auto run_on = [&](Isa on) {
        Tensor y = x;
        const Kernel kernel = table_kernel(table, count, "lookup", on);
        void* codes = y.edit<int8_t>().data();
        const void* in = codes;
        const pare_io io{&in, &codes, nullptr};
        kernel.run(kernel.args.get(), &io);
        return y;
      };
      ASSERT_EQ(run_on(isa), run_on(Isa::Portable)) << name_of(isa) << " " << count;
    }
}

}  // namespace
}  // namespace pare
