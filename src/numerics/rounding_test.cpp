#include "rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "multiplier.h"
#include "requantize.h"

namespace pare {
namespace {

struct TieRow {
  const char* name;
  double x, away, even;
};

const TieRow kTies[] = {
    {"a tie below two", 1.5, 2, 2},
    {"a tie above two", 2.5, 3, 2},
    {"half", 0.5, 1, 0},
    {"minus half", -0.5, -1, 0},
    {"a negative tie mirrors the positive one", -2.5, -3, -2},
    {"and the other", -1.5, -2, -2},
    {"below a tie", 2.4999999, 2, 2},
    {"above a tie", 2.5000001, 3, 3},
    {"an integer stays", -7, -7, -7},
    {"the last tie below 2^52", 2251799813685247.5, 2251799813685248, 2251799813685248},
};

TEST(Rounding, BreaksTies) {
  for (const TieRow& row : kTies) {
    EXPECT_EQ(pare_round_half_away(row.x), row.away) << row.name;
    EXPECT_EQ(pare_round_half_even(row.x), row.even) << row.name;
  }
}

TEST(Rounding, InFloat32ToEven) {
  for (const TieRow& row : kTies) {
    const auto x = static_cast<float>(row.x);
    if (std::fabs(x) > 100) continue;
    EXPECT_EQ(pare_round_half_even_f32(x), pare_round_half_even(x)) << row.name;
  }
  EXPECT_EQ(pare_round_half_even_f32(4194302.5f), 4194302);
  EXPECT_EQ(pare_round_half_even_f32(1e20f), 4194303);
  EXPECT_EQ(pare_round_half_even_f32(-INFINITY), -4194303);
}

// gemmlowp's definition, by integer division toward zero.
int32_t high_multiply(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  const int64_t product = static_cast<int64_t>(a) * b;
  return static_cast<int32_t>((product + (product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30))) / (int64_t{1} << 31));
}

// The product in a type that holds it exactly, divided by 2^shift with a named tie.
int64_t exact(int64_t product, int shift, bool away) {
  const long double x = std::ldexp(static_cast<long double>(product), -shift);
  const long double down = std::floor(x), rest = x - down;
  if (rest != 0.5L) return static_cast<int64_t>(rest > 0.5L ? down + 1 : down);
  return static_cast<int64_t>(away && x < 0 ? down : down + 1);
}

// fixed_double in the closed form of docs/numerics.md: both roundings in one shift, for r = -e >= 1.
int64_t both_roundings(int64_t x, int64_t m, int r) {
  return (x * m + (int64_t{1} << 30) + (int64_t{1} << (30 + r)) - (x < 0 ? int64_t{1} << 31 : 0)) >> (31 + r);
}

class Products : public testing::Test {
 protected:
  // Calls f(accumulator, multiplier) for ends, ties and random numbers.
  template <class F>
  void for_each(F f) {
    const int32_t hard[] = {0, 1, -1, 2, -2, 3, -3, 127, -128, 1 << 20, -(1 << 20), 0x3fffffff, -0x3fffffff};
    const int32_t multipliers[] = {1 << 30, (1 << 30) + 1, INT32_MAX, 0x60000000};
    for (const int32_t x : hard)
      for (const int32_t m : multipliers) f(x, m);
    std::mt19937 engine(7);
    for (int i = 0; i < 20000; ++i)
      f(std::uniform_int_distribution<int32_t>(-(1 << 24), 1 << 24)(engine), std::uniform_int_distribution<int32_t>(1 << 30, INT32_MAX)(engine));
  }
};

TEST_F(Products, TheHighMultiplyIsGemmlowps) {
  for_each([](int32_t x, int32_t m) { EXPECT_EQ(pare_doubling_high_multiply(x, m), high_multiply(x, m)) << x << " " << m; });
  EXPECT_EQ(pare_doubling_high_multiply(INT32_MIN, INT32_MIN), INT32_MAX);
}

TEST_F(Products, FixedDoubleIsItsClosedForm) {
  for (const int r : {1, 2, 7, 12, 20, 31})
    for_each([r](int32_t x, int32_t m) { EXPECT_EQ(pare_multiply_fixed_double(x, m, -r), both_roundings(x, m, r)) << x << " " << m << " " << r; });
}

TEST_F(Products, SingleRoundings) {
  for (const int e : {-20, -7, -1, 0, 3})
    for_each([e](int32_t x, int32_t m) {
      if (std::abs(x) > (1 << 24)) return;
      EXPECT_EQ(pare_multiply_fixed_single(x, m, e), static_cast<int32_t>(exact(static_cast<int64_t>(x) * m, 31 - e, false))) << x << " " << m << " " << e;
      EXPECT_EQ(pare_multiply_exact_away(x, m, e), static_cast<int32_t>(exact(static_cast<int64_t>(x) * m, 31 - e, true))) << x << " " << m << " " << e;
    });
}

TEST(Shift, TakesTiesAwayFromZero) {
  const int32_t rows[][3] = {{3, 1, 2}, {-3, 1, -2}, {5, 2, 1}, {6, 2, 2}, {-6, 2, -2}, {-5, 2, -1}, {9, 0, 9}, {-1, 31, 0}, {INT32_MIN, 31, -1}};
  for (const auto& row : rows) EXPECT_EQ(pare_shift_half_away(row[0], row[1]), row[2]) << row[0] << " >> " << row[1];
}

TEST(Divide, TakesTiesAwayFromZero) {
  const int32_t rows[][3] = {{5, 2, 3}, {-5, 2, -3}, {4, 3, 1}, {5, 3, 2}, {-5, 3, -2}, {0, 7, 0}};
  for (const auto& row : rows) EXPECT_EQ(pare_divide_half_away(row[0], row[1]), row[2]) << row[0] << " / " << row[1];
}

struct FactorRow {
  const char* name;
  double m;
  int32_t multiplier, exponent;
};

TEST(Multiplier, IsAFractionAndAPowerOfTwo) {
  const FactorRow rows[] = {
      {"a half", 0.5, 1 << 30, 0},
      {"one", 1, 1 << 30, 1},
      {"three quarters", 0.75, 0x60000000, 0},
      {"just below one rounds up to it", 1 - 1e-12, 1 << 30, 1},
      {"the smallest that is kept", std::ldexp(0.5, -31), 1 << 30, -31},
      {"a smaller one is zero", std::ldexp(0.5, -32), 0, 0},
      {"zero", 0, 0, 0},
      {"too large a one saturates", 1e12, INT32_MAX, 30},
  };
  for (const FactorRow& row : rows) {
    const pare_fixed f = pare_fixed_of(row.m);
    EXPECT_EQ(f.multiplier, row.multiplier) << row.name;
    EXPECT_EQ(f.exponent, row.exponent) << row.name;
  }
}

TEST(Multiplier, OfAMeanHoldsTheCount) {
  for (const int32_t n : {1, 2, 3, 49, 1000, 1 << 20}) {
    const pare_fixed f = pare_fixed_mean(pare_fixed_of(0.7), n);
    EXPECT_NEAR(std::ldexp(f.multiplier, f.exponent - 31) * n, 0.7, 1e-8) << n;
  }
}

TEST(Multiplier, OfASumHasTwentyBits) {
  const pare_sum_factors f = pare_sum_factors_of(0.5f, 1.25f);
  EXPECT_TRUE(f.valid);
  EXPECT_EQ(f.shift, 20);
  EXPECT_EQ(f.a, 1 << 19);
  EXPECT_EQ(f.b, 5 << 18);
  EXPECT_FALSE(pare_sum_factors_of(300, 1).valid);
  EXPECT_FALSE(pare_sum_factors_of(1e-4f, 1e-4f).valid);
}

TEST(Requantize, ClampsToTheLimits) {
  const int32_t m = 1 << 30, e = 1;
  pare_requantize_args r = {PARE_FIXED_DOUBLE, 1, &m, &e, nullptr, 10, -5, 20};
  EXPECT_EQ(pare_requantize(3, 0, &r), 13);
  EXPECT_EQ(pare_requantize(1000, 0, &r), 20);
  EXPECT_EQ(pare_requantize(-1000, 0, &r), -5);
}

}  // namespace
}  // namespace pare
