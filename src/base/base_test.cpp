#include <gtest/gtest.h>

#include "pare/tensor.hpp"

namespace pare {
namespace {

struct MessageRow {
  const char* name;
  Error error;
  const char* expected;
};

TEST(Error, IsOneSentence) {
  const MessageRow rows[] = {
      {"everything", {Code::Io, "a.onnx", "17 bytes", "18", "Fetch it again"}, "a.onnx: 17 bytes; expected 18. Fetch it again"},
      {"no place", {Code::Io, "", "17 bytes", "18", ""}, "17 bytes; expected 18"},
      {"the finding says it all", {Code::Io, "a.onnx", "cannot be opened", "", ""}, "a.onnx: cannot be opened"},
  };
  for (const MessageRow& row : rows) EXPECT_EQ(row.error.message(), row.expected) << row.name;
}

TEST(Error, IsToldFromFurtherOut) {
  const Error inner{Code::InvalidModel, "node 'a'", "three groups", "", ""};
  EXPECT_EQ(inner.at("m.onnx").place, "m.onnx: node 'a'");
  EXPECT_EQ((Error{Code::InvalidModel, "", "x", "", ""}.at("m.onnx").place), "m.onnx");
}

TEST(Error, CodesHaveNames) {
  const std::pair<Code, const char*> rows[] = {{Code::InvalidModel, "invalid_model"},
                                               {Code::Unsupported, "unsupported"},
                                               {Code::InvalidArgument, "invalid_argument"},
                                               {Code::Io, "io"},
                                               {Code::Internal, "internal"}};
  for (const auto& [code, name] : rows) EXPECT_STREQ(name_of(code), name);
}

Result<int> half(int x) {
  if (x % 2 != 0) return Error{Code::InvalidArgument, "", std::to_string(x), "an even number", ""};
  return x / 2;
}

Result<void> expect_even(int x) {
  if (x % 2 != 0) return Error{Code::InvalidArgument, "", std::to_string(x), "an even number", ""};
  return {};
}

Result<void> expect_both_even(int x, int y) {
  PARE_TRY(expect_even(x));
  return expect_even(y);
}

Result<int> quarter(int x) {
  PARE_TRY(const int once, half(x));
  PARE_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, TryHandsErrorsOn) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().message(), "3; expected an even number");
  EXPECT_EQ(quarter(7).error().message(), "7; expected an even number");
  EXPECT_TRUE(expect_both_even(2, 4));
  EXPECT_FALSE(expect_both_even(2, 5));
  EXPECT_EQ(expect_both_even(3, 5).error().found, "3");
}

TEST(Tensor, HoldsZerosAtFirst) {
  const Tensor t(DType::F32, {2, 3});
  EXPECT_EQ(t.count(), 6);
  EXPECT_EQ(t.byte_count(), 24);
  for (const float value : t.view<float>()) EXPECT_EQ(value, 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(t.data()) % 64, 0u);
}

TEST(Tensor, AnEmptyOneHoldsNothingAndAScalarOne) {
  EXPECT_TRUE(Tensor().empty());
  EXPECT_EQ(Tensor(DType::I8, {}).count(), 1);
  EXPECT_FALSE(Tensor(DType::I8, {0}).empty());
}

TEST(Tensor, CopiesShareUntilOneIsEdited) {
  const Tensor a = Tensor::of<int32_t>({2}, {1, 2});
  Tensor b = a;
  EXPECT_EQ(a.data(), b.data());
  b.edit<int32_t>()[0] = 9;
  EXPECT_NE(a.data(), b.data());
  EXPECT_EQ(a.view<int32_t>()[0], 1);
  EXPECT_EQ(b.view<int32_t>()[0], 9);
  EXPECT_EQ(b.view<int32_t>()[1], 2);
}

TEST(Tensor, ReshapingSharesTheBytes) {
  const Tensor a = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = a.reshaped({6});
  EXPECT_EQ(b.shape(), Shape{6});
  EXPECT_EQ(a.data(), b.data());
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a == b.reshaped({2, 3}));
}

TEST(Tensor, EqualityIsOfTypeShapeAndBytes) {
  EXPECT_EQ(Tensor::of<int8_t>({1}, {3}), Tensor::of<int8_t>({1}, {3}));
  EXPECT_FALSE(Tensor::of<int8_t>({1}, {3}) == Tensor::of<int8_t>({1}, {4}));
  EXPECT_FALSE(Tensor::of<int8_t>({1}, {3}) == Tensor::of<uint8_t>({1}, {3}));
  EXPECT_FALSE(Tensor() == Tensor(DType::F32, {}));
  EXPECT_EQ(Tensor(), Tensor());
}

TEST(Tensor, TypesHaveNamesAndSizes) {
  const std::tuple<DType, const char*, int64_t> rows[] = {
      {DType::F32, "f32", 4}, {DType::F16, "f16", 2}, {DType::I8, "i8", 1}, {DType::U8, "u8", 1}, {DType::I16, "i16", 2},
      {DType::I32, "i32", 4}, {DType::I64, "i64", 8}, {DType::Bool, "bool", 1}, {DType::I4, "i4", 1}, {DType::F64, "f64", 8}};
  for (const auto& [type, name, bytes] : rows) {
    EXPECT_EQ(name_of(type), name);
    EXPECT_EQ(bytes_of(type), bytes) << name;
  }
}

TEST(Shape, HasACountAndAText) {
  EXPECT_EQ(count_of({2, 3, 4}), 24);
  EXPECT_EQ(count_of({}), 1);
  EXPECT_EQ(to_string({1, 32, 32, 3}), "[1, 32, 32, 3]");
  EXPECT_EQ(to_string({}), "[]");
}

}  // namespace
}  // namespace pare
