#include <cmath>
#include <string>

#include "ops/op_test.hpp"
#include "ops/requantize_float.hpp"

namespace pare {
namespace {

struct FormRow {
  const char* name;
  double multiplier;
  int32_t zero_point, lo, hi;
  bool found;
};
const FormRow kForms[] = {
    {"a power of two asks for more than delta above zero, for less below", 1.0 / 64, 0, -128, 127, false},
    {"a power of two with ReLU", 1.0 / 64, -128, -128, 127, true},
    {"both signs", 0.0137, 3, -128, 127, true},
    {"ReLU", 0.0041, -128, -128, 127, true},
    {"ReLU6 within the codes", 0.0171, -7, -7, 90, true},
    {"codes of one sign", 0.003, 127, -128, 127, true},
    {"a multiplier of one or more is left to the fixed point", 1.5, 0, -128, 127, false},
};

// The rule and the float form over every accumulator in `range`.
void expect_rule(const pare_requantize_args& r, const FloatForm& form, const AccumulatorRange& range,
                 const std::string& name) {
  for (int64_t acc = range.lo; acc <= range.hi; ++acc) {
    const auto real = static_cast<float>(acc);
    const double product =
        static_cast<double>(real + std::copysign(form.nudge, real)) * static_cast<double>(form.scale);
    const auto q = static_cast<int32_t>(pare_round_half_even(product)) + r.zero_point;
    ASSERT_EQ(pare_clamp(q, r.lo, r.hi), pare_requantize(static_cast<int32_t>(acc), 0, &r)) << name << " " << acc;
  }
}

TEST(FloatForm, IsTheRuleWhereItIsFound) {
  for (const FormRow& row : kForms)
    for (const int32_t rule : {PARE_FIXED_DOUBLE, PARE_FIXED_SINGLE}) {
      const pare_fixed m = pare_fixed_of(row.multiplier);
      const pare_requantize_args r{rule, 1, &m.multiplier, &m.exponent, nullptr, row.zero_point, row.lo, row.hi};
      const auto most = static_cast<int64_t>(400 / row.multiplier);
      const auto form = float_form(r, 0, {-most, most});
      if (rule == PARE_FIXED_DOUBLE) EXPECT_EQ(form.has_value(), row.found) << row.name;
      if (form) expect_rule(r, *form, {-most, most}, row.name);
    }
}

// With multipliers that make ties, and ranges that end anywhere.
TEST(FloatForm, IsTheRuleForRandomMultipliers) {
  test::Random random(2);
  int found = 0;
  for (int i = 0; i < 600; ++i) {
    const int32_t few = random.integer(4, 7) << 28, any = random.integer(1 << 30, INT32_MAX);
    const int32_t multiplier = i % 4 < 2 ? few : any, exponent = -random.integer(0, 6),
                  zero_point = i % 3 ? random.integer(-128, 127) : -128;
    const int32_t lo = i % 3 ? -128 : zero_point, hi = i % 5 ? 127 : random.integer(lo, 127);
    const pare_requantize_args r{
        i % 2 ? PARE_FIXED_DOUBLE : PARE_FIXED_SINGLE, 1, &multiplier, &exponent, nullptr, zero_point, lo, hi};
    const double step = std::ldexp(1, 31 - exponent) / multiplier;  // accumulators of one code
    const AccumulatorRange range{-static_cast<int64_t>(step * random.integer(0, 300)),
                                 static_cast<int64_t>(step * random.integer(0, 300))};
    const auto form = float_form(r, 0, range);
    found += form.has_value();
    if (form) expect_rule(r, *form, range, std::to_string(i));
  }
  EXPECT_GE(found, 300);
}

TEST(FloatForm, IsFoundForMostMultipliers) {
  test::Random random(1);
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    const pare_fixed m = pare_fixed_of(std::ldexp(random.integer(1 << 20, 1 << 21), -29));  // 2^-9 to 2^-8
    const pare_requantize_args r{PARE_FIXED_DOUBLE, 1, &m.multiplier, &m.exponent, nullptr, -128, -128, 127};
    found += float_form(r, 0, {-1000000, 1000000}).has_value();
  }
  EXPECT_GE(found, 150);
}

}  // namespace
}  // namespace pare
