#include "formats/tflite/window.hpp"

#include <gtest/gtest.h>

namespace pare::tflite {
namespace {

struct Row {
  const char* name;
  Axis axis;
  Padding expected;
};

constexpr Row kRows[] = {
    {"a kernel of 1 needs none", {8, 1, 1, 1}, {0, 0}},
    {"a kernel of 3 needs one on each side", {8, 3, 1, 1}, {1, 1}},
    {"an even kernel needs more behind", {8, 4, 1, 1}, {1, 2}},
    {"stride 2 on an even extent: one, behind", {8, 3, 2, 1}, {0, 1}},
    {"stride 2 on an odd extent: one on each side", {7, 3, 2, 1}, {1, 1}},
    {"a dilation widens the kernel", {8, 3, 1, 2}, {2, 2}},
    {"a stride beyond the kernel leaves places unseen", {8, 1, 3, 1}, {0, 0}},
    {"a kernel beyond the extent", {1, 5, 1, 1}, {2, 2}},
};

TEST(TfliteWindow, SamePadding) {
  for (const Row& row : kRows) {
    const Padding padding = same_padding(row.axis);
    EXPECT_EQ(padding.before, row.expected.before) << row.name;
    EXPECT_EQ(padding.after, row.expected.after) << row.name;
  }
}

TEST(TfliteWindow, RefusesNumbersBelowOne) {
  EXPECT_FALSE(read_padding(fb::Padding::SAME, {8, 3, 0, 1}));
  EXPECT_FALSE(read_padding(fb::Padding::VALID, {8, 3, 1, -1}));
  EXPECT_FALSE(read_padding(fb::Padding::VALID, {8, 0, 1, 1}));
  EXPECT_FALSE(read_padding(static_cast<fb::Padding>(5), {8, 3, 1, 1}));
}

}  // namespace
}  // namespace pare::tflite
