#include "ops/peak.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

TEST(Peak, EveryInstructionSetIsFasterThanAnOldMachine) {
  for (const Isa isa : kIsas) {
    if (!has(isa)) continue;
    const Peak peak = measure_peak(isa);
    EXPECT_GT(peak.s8, 1e8) << name_of(isa);
    EXPECT_GT(peak.f32, 1e8) << name_of(isa);
    EXPECT_LT(peak.s8, 1e14) << name_of(isa);
    EXPECT_LT(peak.f32, 1e14) << name_of(isa);
  }
}

TEST(Peak, CopiesAreFasterThanAnOldMachineAndNotOfAnotherSizesRate) {
  CopyRates rates;
  EXPECT_GT(rates.at(1 << 14), 1e8);
  EXPECT_LT(rates.at(1 << 14), 1e13);
  EXPECT_EQ(rates.at((1 << 13) + 1), rates.at(1 << 14));  // measured once
  EXPECT_NE(rates.at(1 << 13), rates.at(1 << 14));
  EXPECT_EQ(rates.at(0), rates.at(256));
  EXPECT_EQ(rates.at(int64_t{1} << 40), rates.at(int64_t{1} << 26));
}

TEST(Peak, ProductsOfFourBytesBeatProductsOfTwoWords) {
  if (!has(Isa::Avx512Vnni)) GTEST_SKIP() << "no avx512vnni";
  EXPECT_GT(measure_peak(Isa::Avx512Vnni).s8, measure_peak(Isa::Avx2).s8);
}

}  // namespace
}  // namespace pare
