#include "ops/requantize.hpp"

#include <fmt/format.h>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

struct RuleRow {
  Arithmetic arithmetic;
  int32_t conv, dense, product, mean;
};

TEST(Requantize, EachArithmeticHasItsRules) {
  const RuleRow rows[] = {
      {Arithmetic::Tflm, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE},
      {Arithmetic::Litert, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN},
      {Arithmetic::LitertRef, PARE_FIXED_DOUBLE, PARE_EXACT_AWAY, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE},
      {Arithmetic::St, PARE_FIXED_SINGLE, PARE_FIXED_SINGLE, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN},
  };
  for (const RuleRow& row : rows) {
    EXPECT_EQ(*rule_for(RuleFor::Conv, row.arithmetic), row.conv) << name_of(row.arithmetic);
    EXPECT_EQ(*rule_for(RuleFor::Dense, row.arithmetic), row.dense) << name_of(row.arithmetic);
    EXPECT_EQ(*rule_for(RuleFor::Product, row.arithmetic), row.product) << name_of(row.arithmetic);
    EXPECT_EQ(*rule_for(RuleFor::Mean, row.arithmetic), row.mean) << name_of(row.arithmetic);
  }
  for (const Arithmetic none : {Arithmetic::None, Arithmetic::Onnx})
    EXPECT_EQ(rule_for(RuleFor::Conv, none).error().code, Code::Unsupported);
}

struct LimitRow {
  const char* name;
  Activation activation;
  float scale;
  int32_t zero_point;
  Arithmetic arithmetic;
  std::array<int32_t, 2> expected;
};

const LimitRow kLimits[] = {
    {"no activation limits nothing", Activation::None, 0.1f, 3, Arithmetic::Tflm, {-128, 127}},
    {"a relu begins at the zero point", Activation::Relu, 0.1f, 3, Arithmetic::Tflm, {3, 127}},
    {"a relu6 ends at six", Activation::Relu6, 0.1f, -128, Arithmetic::Tflm, {-128, -68}},
    {"a relu6 beyond the codes saturates", Activation::Relu6, 0.01f, -128, Arithmetic::Tflm, {-128, 127}},
    {"a limit that is a tie goes away from zero", Activation::Relu6, 4, 0, Arithmetic::Tflm, {0, 2}},
    {"a limit that is a tie goes to even", Activation::Relu6, 2.4f, 0, Arithmetic::Litert, {0, 2}},
    {"both sides of relu_n1_to_1", Activation::ReluN1To1, 0.5f, 10, Arithmetic::Litert, {8, 12}},
};

TEST(Requantize, LimitsOfFusedActivations) {
  for (const LimitRow& row : kLimits)
    EXPECT_EQ(code_limits(row.activation, s8(row.scale, row.zero_point), row.arithmetic), row.expected) << row.name;
}

struct CodeRow {
  const char* name;
  int32_t rule;
  float scale;  // M = scale / 1
  int32_t accumulator;
  int expected;
};

// M = 2^-k: every tie shows the rule.
const CodeRow kCodes[] = {
    {"fixed_double takes a tie away from zero", PARE_FIXED_DOUBLE, 0.25f, 2, 1},
    {"and a negative one", PARE_FIXED_DOUBLE, 0.25f, -2, -1},
    {"fixed_single takes a tie up", PARE_FIXED_SINGLE, 0.25f, -2, 0},
    {"exact_away takes a tie away from zero", PARE_EXACT_AWAY, 0.25f, -2, -1},
    {"exact_away and a positive one", PARE_EXACT_AWAY, 0.25f, 6, 2},
    {"float_half_even takes a tie to even", PARE_FLOAT_HALF_EVEN, 0.25f, 2, 0},
    {"float_half_even above", PARE_FLOAT_HALF_EVEN, 0.25f, 6, 2},
    {"a factor above one shifts to the left", PARE_FIXED_DOUBLE, 4.0f, 9, 36},
    {"a large accumulator saturates", PARE_FIXED_DOUBLE, 0.25f, 2000000000, 127},
    {"and a large negative one", PARE_FLOAT_HALF_EVEN, 0.25f, -2000000000, -128},
    {"a factor below 2^-32 is zero", PARE_FIXED_DOUBLE, 1e-12f, 2000000000, 0},
};

// A rule by one of the arithmetics that has it for dense layers.
Arithmetic arithmetic_of(int32_t rule) {
  for (const Arithmetic a : kIntegerArithmetics)
    if (*rule_for(RuleFor::Dense, a) == rule) return a;
  return Arithmetic::None;
}

TEST(Requantize, RoundsByTheRule) {
  const Encoding out = s8(1, 0);
  for (const CodeRow& row : kCodes) {
    const Requantizer r = *Requantizer::make({RuleFor::Dense, arithmetic_of(row.rule), row.scale, {1.0f}, &out, Activation::None});
    const pare_requantize_args args = r.args();
    EXPECT_EQ(args.rule, row.rule) << row.name;
    EXPECT_EQ(pare_requantize(row.accumulator, 0, &args), row.expected) << row.name;
  }
}

TEST(Requantize, EachChannelHasItsFactor) {
  const Encoding out = s8(1, 5);
  const Requantizer r = *Requantizer::make({RuleFor::Conv, Arithmetic::Tflm, 1, {1.0f, 2.0f}, &out, Activation::None});
  const pare_requantize_args args = r.args();
  EXPECT_EQ(pare_requantize(10, 0, &args), 15);
  EXPECT_EQ(pare_requantize(10, 1, &args), 25);
}

TEST(Requantize, RefusesOutputsThatAreNotInt8) {
  const Encoding out = Encoding::plain(DType::F32);
  const auto r = Requantizer::make({RuleFor::Conv, Arithmetic::Tflm, 1, {1.0f}, &out, Activation::None});
  EXPECT_EQ(r.error().message(), "an output of encoding f32; expected i8/tensor/asym");
}

}  // namespace
}  // namespace pare
