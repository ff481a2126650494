#include <bit>
#include <cmath>
#include <memory>
#include <string>

#include "ops/op_test.hpp"
#include "ops/requantize_forms.hpp"

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

// ---- lines

// A rule's arguments with what they point to.
struct Case {
  int32_t rule, multiplier, exponent;
  float scale;
  pare_requantize_args r;
  AccumulatorRange range;
};

// Every third channel has ReLU; every fourth multiplier makes halves; ranges end anywhere.
std::unique_ptr<Case> random_case(test::Random& random, int i, int32_t rule) {
  auto made = std::make_unique<Case>();
  Case& c = *made;
  c.rule = rule;
  c.multiplier = i % 4 == 0 ? random.integer(4, 7) << 28 : random.integer(1 << 30, INT32_MAX);
  c.exponent = -random.integer(1, 10);
  c.scale = static_cast<float>(std::ldexp(c.multiplier, c.exponent - 31));
  const int32_t zero_point = i % 3 ? random.integer(-128, 127) : -128;
  const int32_t lo = i % 5 == 0 ? zero_point : -128, hi = i % 7 ? 127 : random.integer(lo, 127);
  c.r = {rule, 1, &c.multiplier, &c.exponent, &c.scale, zero_point, lo, hi};
  const double step = 1 / static_cast<double>(c.scale);
  c.range = {-static_cast<int64_t>(step * random.integer(0, 400)), static_cast<int64_t>(step * random.integer(0, 400))};
  return made;
}

// What vectors compute of a line.
int32_t code_by(const Line& line, int64_t acc, bool twice, int32_t zero_point) {
  const float real = std::bit_cast<float>(static_cast<int32_t>(kLineBits + line.start + acc));
  const float once = std::fma(real, line.slope, line.offset);
  if (!twice) return std::bit_cast<int32_t>(once) - kLineBits;
  return std::bit_cast<int32_t>(once + static_cast<float>(kLineOrigin)) - kLineBits + zero_point;
}

struct LineRow {
  const char* name;
  int32_t rule;
  bool twice;
  std::optional<Line> (*find)(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range);
  int found;  // of 400, at least
};
const LineRow kLines[] = {
    {"fixed_double", PARE_FIXED_DOUBLE, false, line_form, 100},
    {"fixed_single", PARE_FIXED_SINGLE, false, line_form, 200},
    {"float", PARE_FLOAT_HALF_EVEN, false, line_form, 200},
    {"float, twice", PARE_FLOAT_HALF_EVEN, true, twice_form, 250},
};

TEST(LineForm, IsTheRuleWhereItIsFound) {
  for (const LineRow& row : kLines) {
    test::Random random(3);
    int found = 0;
    for (int i = 0; i < 400; ++i) {
      const auto c = random_case(random, i, row.rule);
      const auto line = row.find(c->r, 0, c->range);
      found += line.has_value();
      for (int64_t acc = c->range.lo; line && acc <= c->range.hi; ++acc) {
        const int32_t code = code_by(*line, acc, row.twice, c->r.zero_point);
        ASSERT_EQ(pare_clamp(code, c->r.lo, c->r.hi), pare_requantize(static_cast<int32_t>(acc), 0, &c->r))
            << row.name << " " << i << " " << acc;
        ASSERT_LE(std::abs(code), 32767) << row.name << " " << i << " " << acc;
      }
    }
    EXPECT_GE(found, row.found) << row.name;
  }
}

}  // namespace
}  // namespace pare
