#include "tables.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

namespace pare {
namespace {

using Table = std::array<int8_t, 256>;
constexpr int32_t kAll[] = {PARE_TFLM, PARE_LITERT, PARE_LITERT_REF, PARE_ST};

int at(const Table& table, int code) { return table[static_cast<size_t>(code + 128)]; }

TEST(Tables, TheSameEncodingIsTheIdentity) {
  for (const int32_t arithmetic : kAll) {
    const pare_table_spec spec{arithmetic, {0.1f, 5}, {0.1f, 5}};
    Table table{};
    pare_table_requantize(table.data(), &spec);
    for (int q = -128; q < 128; ++q) EXPECT_EQ(at(table, q), q) << arithmetic;
  }
}

TEST(Tables, ADoubledScaleBreaksTies) {
  struct Row {
    int32_t arithmetic;
    int expected[4];  // of -3, -1, 1, 3
  };
  const Row rows[] = {
      {PARE_TFLM, {-1, 0, 1, 2}},    // the high multiply rounds half up
      {PARE_LITERT, {-1, 0, 1, 2}},  // 8 bits, half up
      {PARE_LITERT_REF, {-1, 0, 1, 2}},
  };
  for (const Row& row : rows) {
    const pare_table_spec spec{row.arithmetic, {1, 0}, {2, 0}};
    Table table{};
    pare_table_requantize(table.data(), &spec);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(at(table, 2 * i - 3), row.expected[i]) << row.arithmetic;
  }
}

TEST(Tables, AReluClampsAtTheZeroPoint) {
  for (const int32_t arithmetic : kAll) {
    const pare_table_spec spec{arithmetic, {1, 10}, {1, -20}};
    Table table{};
    pare_table_clip(table.data(), &spec, 0, INFINITY);
    EXPECT_EQ(at(table, -128), -20);
    EXPECT_EQ(at(table, 10), -20);
    EXPECT_EQ(at(table, 11), -19);
    EXPECT_EQ(at(table, 127), 97);
  }
}

TEST(Tables, ATableRisesWithItsFunction) {
  using Build = void (*)(int8_t*, const pare_table_spec*);
  const std::pair<Build, pare_affine> rows[] = {{pare_table_logistic, {1.0f / 256, -128}}, {pare_table_tanh, {1.0f / 128, 0}}};
  for (const auto& [build, y] : rows)
    for (const int32_t arithmetic : kAll)
      for (const float scale : {0.001f, 0.05f, 1.0f, 10.0f}) {
        const pare_table_spec spec{arithmetic, {scale, 3}, y};
        Table table{};
        build(table.data(), &spec);
        for (int q = -127; q < 128; ++q) ASSERT_GE(at(table, q), at(table, q - 1)) << arithmetic << " " << scale << " " << q;
        // A half, or zero; beyond scales of about 8 the radius of `tflm` is 0 and it gives the lower end, as its runtime.
        if (scale > 1) continue;
        EXPECT_EQ(at(table, 3), 0) << arithmetic << " " << scale;
      }
}

}  // namespace
}  // namespace pare
