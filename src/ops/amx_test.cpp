// The emulation against what Intel's manual says of the instructions, and the instructions against the emulation.
#include "ops/amx.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "ops/conv2d/conv2d_s8_fast.hpp"
#include "ops/op_test.hpp"
#include "ops/tile_s8.hpp"

namespace pare {
namespace {

using namespace test;

constexpr int kSum = 0, kX = 1, kW = 2;

struct Shapes3 {
  const char* name;
  int m, k, n;  // rows of x; 32-bit lanes of its rows; 32-bit lanes of a row of sums
};
constexpr Shapes3 kShapes[] = {
    {"full tiles", 16, 16, 16}, {"one of each", 1, 1, 1}, {"a lone row", 1, 16, 16},
    {"few lanes", 16, 3, 16},   {"few sums", 7, 16, 5},   {"all odd", 13, 11, 9},
};

AmxConfig config_for(const Shapes3& s) {
  AmxConfig config;
  config.shape(kSum, s.m, 4 * s.n);
  config.shape(kX, s.m, 4 * s.k);
  config.shape(kW, s.k, 4 * s.n);
  return config;
}

// Matrices with rows of 80 bytes each.
constexpr int kStride = 80, kBytes = kAmxRows * kStride;
struct Matrices {
  std::vector<uint8_t> x, w, sum;
  explicit Matrices(unsigned seed) {
    Random random(seed);
    for (auto* matrix : {&x, &w, &sum})
      for (int i = 0; i < kBytes; ++i)
        matrix->push_back(
            static_cast<uint8_t>(random.integer(0, 3) ? random.integer(0, 255) : random.integer(127, 128)));
  }
};

// The sums, stored over a copy of `m.sum` after two products.
template <class Amx>
std::vector<uint8_t> products(const Shapes3& s, const Matrices& m) {
  Amx amx;
  amx.configure(config_for(s));
  amx.template load<kSum>(m.sum.data(), kStride);
  amx.template load<kX>(m.x.data(), kStride);
  amx.template load<kW>(m.w.data(), kStride);
  amx.template dot<kSum, kX, kW>();
  amx.template dot<kSum, kX, kW>();
  std::vector<uint8_t> stored = m.sum;
  amx.template store<kSum>(stored.data(), kStride);
  amx.release();
  return stored;
}

int32_t lane(const std::vector<uint8_t>& matrix, int row, int n) {
  int32_t value;
  std::memcpy(&value, matrix.data() + row * kStride + 4 * n, 4);
  return value;
}

// The equation by itself: sum[m, n] + 2 sum over k, i of x[m, 4 k + i] w[k, 4 n + i], and bytes outside as they were.
std::vector<uint8_t> expected_products(const Shapes3& s, const Matrices& m) {
  std::vector<uint8_t> expected = m.sum;
  for (int row = 0; row < s.m; ++row)
    for (int n = 0; n < s.n; ++n) {
      int64_t sum = lane(m.sum, row, n);
      for (int i = 0; i < 4 * s.k; ++i)
        sum += 2 * int64_t{static_cast<int8_t>(m.x[static_cast<size_t>(row * kStride + i)])} *
               static_cast<int8_t>(m.w[static_cast<size_t>(i / 4 * kStride + 4 * n + i % 4)]);
      const auto wrapped = static_cast<int32_t>(sum);
      std::memcpy(expected.data() + row * kStride + 4 * n, &wrapped, 4);
    }
  return expected;
}

TEST(Amx, TheEmulationMultipliesSignedBytesWithinTheShapes) {
  for (const Shapes3& s : kShapes)
    for (unsigned seed = 0; seed < 20; ++seed)
      ASSERT_EQ(products<AmxEmulation>(s, Matrices(seed)), expected_products(s, Matrices(seed)))
          << s.name << " " << seed;
}

TEST(Amx, TheInstructionsAreTheEmulation) {
  if (!has(Isa::Amx)) GTEST_SKIP() << "amx: " << state_of(Isa::Amx);
#if defined(__x86_64__)
  for (const Shapes3& s : kShapes)
    for (unsigned seed = 0; seed < 20; ++seed)
      ASSERT_EQ(products<AmxTiles>(s, Matrices(seed)), products<AmxEmulation>(s, Matrices(seed)))
          << s.name << " " << seed;
#endif
}

TEST(Amx, AStrideOfZeroGivesEqualRows) {
  AmxEmulation amx;
  amx.configure(config_for(kShapes[0]));
  const Matrices m(1);
  std::vector<uint8_t> stored(kBytes);
  amx.load<kSum>(m.sum.data(), 0);
  amx.store<kSum>(stored.data(), kStride);
  for (int row = 0; row < kAmxRows; ++row)
    EXPECT_EQ(std::memcmp(stored.data() + row * kStride, m.sum.data(), 64), 0) << row;
}

TEST(Amx, TheOperandOfTheConfigurationLiesAsTheManualSays) {
  AmxConfig config;
  config.shape(2, 5, 0x34);
  config.shape(7, 16, 64);
  std::array<uint8_t, 64> bytes{}, expected{};
  std::memcpy(bytes.data(), &config, 64);
  expected[0] = 1;              // the palette
  expected[16 + 2 * 2] = 0x34;  // bytes a row, two bytes each
  expected[16 + 2 * 7] = 64;
  expected[48 + 2] = 5;  // rows
  expected[48 + 7] = 16;
  EXPECT_EQ(bytes, expected);
}

void configure(const AmxConfig& config) { AmxEmulation().configure(config); }
void multiply(const AmxConfig& config) {
  AmxEmulation amx;
  amx.configure(config);
  amx.dot<kSum, kX, kW>();
}

TEST(AmxDeathTest, WhatFaultsOnTheProcessorEndsTheEmulation) {
  AmxConfig too_many = config_for(kShapes[0]), half_empty = too_many, ninth = too_many, other_depth = too_many,
            none = too_many;
  too_many.shape(kX, 17, 64);
  EXPECT_DEATH(configure(too_many), "");
  half_empty.shape(kX, 0, 64);
  EXPECT_DEATH(configure(half_empty), "");
  ninth.shape(8, 1, 4);
  EXPECT_DEATH(configure(ninth), "");
  other_depth.shape(kW, 15, 64);
  EXPECT_DEATH(multiply(other_depth), "");
  none.shape(kSum, 0, 0);
  EXPECT_DEATH(multiply(none), "");
}

struct ChoiceRow {
  const char* name;
  int pixels, in_c, out_c;
  Isa isa;
};
struct WhereFaster {
  WhereFaster() { amx_everywhere = false; }
  ~WhereFaster() { amx_everywhere = true; }  // whatever ends the test
};
TEST(Amx, ServesTheLayersThatItMakesFaster) {
  if (!has(Isa::Amx)) GTEST_SKIP() << "amx: " << state_of(Isa::Amx);
  const WhereFaster here;
  const ChoiceRow rows[] = {
      {"many channels", 1024, 256, 256, Isa::Amx},
      {"few channels", 2304, 8, 16, Isa::Avx512Vnni},
      {"one pixel", 1, 640, 128, Isa::Avx512Vnni},
      {"a batch of pixels", 32, 640, 128, Isa::Amx},
  };
  for (const ChoiceRow& row : rows) {
    const std::vector<int8_t> weights(static_cast<size_t>(row.in_c * row.out_c), 1);
    pare_conv2d_s8_args c{};
    c.n = c.in_h = c.out_h = c.kernel_h = c.kernel_w = c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = c.groups = 1;
    c.in_w = c.out_w = row.pixels;
    c.in_c = row.in_c;
    c.out_c = row.out_c;
    c.weights = weights.data();
    const float scale = 0.01f;
    c.requantize.rule = PARE_FLOAT_HALF_EVEN;
    c.requantize.channels = 1;
    c.requantize.scale = &scale;
    c.requantize.lo = -128;
    c.requantize.hi = 127;
    Kernel reference;
    reference.name = "conv";
    const auto kernel = fast_conv2d_s8(c, Isa::Amx, reference);
    ASSERT_TRUE(kernel) << row.name;
    EXPECT_EQ(kernel->name, "conv_" + std::string(name_of(row.isa))) << row.name;
  }
}

struct PaddedRow {
  int lanes, padded;
};
TEST(Amx, AStretchBecomesWholeTiles) {
  const TilesS8 tiles{.lanes_at_once = kAmxRows};
  for (const PaddedRow& row : {PaddedRow{1, 16}, {16, 16}, {17, 32}, {32, 32}, {33, 48}, {641, 656}})
    EXPECT_EQ(tiles.padded_lanes(row.lanes), row.padded) << row.lanes;
  for (int lanes = 1; lanes < 2000; ++lanes) {
    EXPECT_EQ(TilesS8{}.padded_lanes(lanes), lanes);
    EXPECT_LT(tiles.padded_lanes(lanes), lanes + kAmxRows);
  }
}

}  // namespace
}  // namespace pare
