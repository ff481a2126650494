#include "jobs/vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace pare {
namespace {

struct Row {
  std::string_view name;
  Encoding encoding;
  bool drawn;
};

TEST(Vectors, RandomInputsSpareWhatMayBeAnIndex) {
  const Row rows[] = {
      {"reals are drawn", Encoding::plain(DType::F32), true},
      {"codes are drawn", Encoding::per_tensor(DType::I8, 0.1f, 3), true},
      {"wide codes are drawn", Encoding::per_tensor(DType::I16, 0.1f, 0), true},
      {"bytes of an image are drawn", Encoding::plain(DType::U8), true},
      {"indices of 64 bits stay zero", Encoding::plain(DType::I64), false},
      {"indices of 32 bits stay zero", Encoding::plain(DType::I32), false},
      {"truths stay false", Encoding::plain(DType::Bool), false},
  };
  for (const Row& row : rows) {
    uint64_t state = 5;
    const Tensor t = random_tensor({"x", {64}, "n", row.encoding, {}}, state);
    const auto zero = [](std::byte b) { return b == std::byte{0}; };
    EXPECT_NE(std::all_of(t.data(), t.data() + t.byte_count(), zero), row.drawn) << row.name;
  }
}

TEST(Vectors, RandomRealsFillTheIntervalAroundZeroAndTheStateGoesOn) {
  uint64_t state = 5;
  const TensorInfo info{"x", {4096}, "n", Encoding::plain(DType::F32), {}};
  const Tensor t = random_tensor(info, state);
  const auto [least, most] = std::minmax_element(t.view<float>().begin(), t.view<float>().end());
  EXPECT_GE(*least, -1.0f);
  EXPECT_LT(*least, -0.99f);
  EXPECT_GT(*most, 0.99f);
  EXPECT_LT(*most, 1.0f);
  EXPECT_FALSE(random_tensor(info, state) == t);
}

}  // namespace
}  // namespace pare
