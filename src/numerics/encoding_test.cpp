#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "pare/numerics.hpp"

namespace pare {
namespace {

TEST(Encoding, TheGrammarIsReadAndWritten) {
  for (const char* text : {"f32", "f16", "bf16", "i64", "bool", "i8/tensor/asym", "i8/tensor/sym", "i8/channel/sym",
                           "i8/channel/asym", "u8/tensor/asym", "i16/tensor/sym", "i32/tensor/sym", "i4/channel/sym"}) {
    const auto encoding = parse_encoding(text);
    ASSERT_TRUE(encoding) << text;
    EXPECT_EQ(to_string(*encoding), text);
  }
}

TEST(Encoding, OtherTextsAreRefused) {
  for (const char* text : {"", "f33", "i8/", "i8/tensor", "i8/tensor/", "i8/tensor/odd", "i8/block/sym", "/tensor/sym", "I8", "i8 "})
    EXPECT_EQ(parse_encoding(text).error().message(),
              std::string("encoding: '") + text + "'; expected f32, i8/tensor/asym, i8/channel/sym or the like");
}

Tensor floats(const std::vector<float>& values) { return Tensor::of<float>({static_cast<int64_t>(values.size())}, values); }

std::vector<int> codes(const Tensor& t) {
  if (t.type() == DType::U8) return {t.view<uint8_t>().begin(), t.view<uint8_t>().end()};
  return {t.view<int8_t>().begin(), t.view<int8_t>().end()};
}

struct ExampleRow {
  const char* name;
  std::vector<float> x;
  Encoding encoding;
  std::vector<int> expected;
};

const Encoding kTenths = Encoding::per_tensor(DType::U8, 0.1f, 10);
// 2/255 lies between two float32: the upper one is the nearer. -1 / (2/255) = -127.5 is a tie, so the neighbour decides.
const float k255Above = 2.0f / 255, k255Below = std::nextafter(k255Above, 0.0f);
const std::vector<float> kUnit{-1, -0.5f, 0, 0.5f, 1};

TEST(Quantize, ScaleAndZeroPointExamples) {
  const ExampleRow rows[] = {
      {"[-1, 1] at scale 0.1, zero point 10", kUnit, kTenths, {0, 5, 10, 15, 20}},
      {"[-1, 1] over all of uint8: scale 2/255 from below, zero point 128", kUnit,
       Encoding::per_tensor(DType::U8, k255Below, 128), {0, 64, 128, 192, 255}},
      {"the same with the nearest float32: -1 is just above the tie", kUnit,
       Encoding::per_tensor(DType::U8, k255Above, 128), {1, 64, 128, 192, 255}},
      {"int8 saturates", {-1e9f, 1e9f}, Encoding::per_tensor(DType::I8, 1, 0), {-128, 127}},
      {"real zero is the zero point", {0}, Encoding::per_tensor(DType::I8, 0.37f, -77), {-77}},
      {"infinities saturate", {-INFINITY, INFINITY}, Encoding::per_tensor(DType::I8, 1, 3), {-128, 127}},
  };
  for (const ExampleRow& row : rows) EXPECT_EQ(codes(*quantize(floats(row.x), row.encoding, Rounding::HalfEven)), row.expected) << row.name;
}

TEST(Quantize, TheSecondExampleIsNotAtScaleATenth) {
  EXPECT_NE(codes(*quantize(floats(kUnit), Encoding::per_tensor(DType::U8, 0.1f, 128), Rounding::HalfEven)),
            (std::vector<int>{0, 64, 128, 192, 255}));
}

TEST(Quantize, BreaksTiesAsToldTo) {
  const Tensor x = floats({-1.25f, -0.75f, -0.25f, 0.25f, 0.75f, 1.25f});
  const Encoding e = Encoding::per_tensor(DType::I8, 0.5f, 0);
  EXPECT_EQ(codes(*quantize(x, e, Rounding::HalfEven)), (std::vector<int>{-2, -2, 0, 0, 2, 2}));
  EXPECT_EQ(codes(*quantize(x, e, Rounding::HalfAway)), (std::vector<int>{-3, -2, -1, 1, 2, 3}));
}

TEST(Quantize, EachChannelHasItsScale) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 1, 1, 1});
  EXPECT_EQ(codes(*quantize(x, Encoding::per_channel(DType::I8, 0, {1, 0.5f}), Rounding::HalfEven)), (std::vector<int>{1, 1, 2, 2}));
  EXPECT_EQ(codes(*quantize(x, Encoding::per_channel(DType::I8, 1, {1, 0.5f}), Rounding::HalfEven)), (std::vector<int>{1, 2, 1, 2}));
}

TEST(Quantize, RefusesNan) {
  EXPECT_EQ(quantize(floats({1, std::nanf("")}), Encoding::per_tensor(DType::I8, 1, 0), Rounding::HalfEven).error().message(),
            "element 1 is not a number (NaN); expected numbers");
  EXPECT_EQ(quantize(floats({1}), Encoding::plain(DType::F16), Rounding::HalfEven).error().code, Code::Unsupported);
}

TEST(Quantize, OtherWidths) {
  const Tensor x = floats({-1e9f, 7.6f, 1e9f});
  EXPECT_EQ(codes(*quantize(x, Encoding::per_tensor(DType::I4, 1, 0), Rounding::HalfEven)), (std::vector<int>{-8, 7, 7}));
  EXPECT_EQ(*quantize(x, Encoding::per_tensor(DType::I16, 1, 0), Rounding::HalfEven), (Tensor::of<int16_t>({3}, {-32768, 8, 32767})));
  EXPECT_EQ(quantize(floats({5e9f}), Encoding::per_tensor(DType::I32, 1, 0), Rounding::HalfEven)->view<int32_t>()[0], INT32_MAX);
}

TEST(Dequantize, IsTheInverseOnCodes) {
  for (const float scale : {1.0f, 0.1f, 1.0f / 3, 1e-6f, 1e6f})
    for (const int32_t zero : {-128, -1, 0, 127}) {
      const Encoding e = Encoding::per_tensor(DType::I8, scale, zero);
      Tensor q(DType::I8, {256});
      for (int i = 0; i < 256; ++i) q.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i - 128);
      for (const Rounding rounding : {Rounding::HalfAway, Rounding::HalfEven}) EXPECT_EQ(*quantize(dequantize(q, e), e, rounding), q) << scale << " " << zero;
    }
}

TEST(Dequantize, PlainNumbersAreConverted) {
  EXPECT_EQ(dequantize(Tensor::of<int64_t>({2}, {-3, 4}), Encoding::plain(DType::I64)), floats({-3, 4}));
  EXPECT_EQ(dequantize(Tensor::of<double>({1}, {0.5}), Encoding::plain(DType::F64)), floats({0.5f}));
}

Tensor halves(DType type, const std::vector<uint16_t>& bits) {
  Tensor t(type, {static_cast<int64_t>(bits.size())});
  std::copy(bits.begin(), bits.end(), t.edit<uint16_t>().begin());
  return t;
}

TEST(Encoding, SixteenBitFloatsAreReals) {
  EXPECT_EQ(dequantize(halves(DType::F16, {0x3c00, 0xc100, 0x0001, 0x7bff, 0xfc00}), Encoding::plain(DType::F16)),
            floats({1, -2.5f, 0x1p-24f, 65504, -INFINITY}));
  EXPECT_EQ(dequantize(halves(DType::BF16, {0x3f80, 0xc020}), Encoding::plain(DType::BF16)), floats({1, -2.5f}));
}

struct RangeRow {
  const char* name;
  double lo, hi;
  float scale;
  int32_t zero_point;
};

TEST(Encoding, OfARange) {
  const RangeRow rows[] = {
      {"all positive is widened to zero", 1, 255, 1, -128},
      {"all negative is widened to zero", -255, -1, 1, 127},
      {"around zero: the zero point is a tie, away from zero", -127.5, 127.5, 1, -1},
      {"an empty range", 0, 0, 1, -128},
      {"a relu6", 0, 6, static_cast<float>(6 / 255.0), -128},
  };
  for (const RangeRow& row : rows) {
    const Encoding e = asymmetric_int8(row.lo, row.hi);
    EXPECT_EQ(e.scale[0], row.scale) << row.name;
    EXPECT_EQ(e.zero_point[0], row.zero_point) << row.name;
  }
}

TEST(Encoding, OfWeights) {
  EXPECT_EQ(symmetric_scale(127), 1);
  EXPECT_EQ(symmetric_scale(0), 1);
  EXPECT_EQ(symmetric_scale(14, 7), 2);
}

TEST(Encoding, RangesOfCodes) {
  EXPECT_EQ(code_range(DType::I8), (std::array<int64_t, 2>{-128, 127}));
  EXPECT_EQ(code_range(DType::U8), (std::array<int64_t, 2>{0, 255}));
  EXPECT_EQ(code_range(DType::I4), (std::array<int64_t, 2>{-8, 7}));
  EXPECT_EQ(code_range(DType::I32), (std::array<int64_t, 2>{INT32_MIN, INT32_MAX}));
}

TEST(Encoding, ChannelsLookUpTheirScale) {
  const Encoding one = Encoding::per_tensor(DType::I8, 0.5f, 3), many = Encoding::per_channel(DType::I8, 0, {1, 2});
  EXPECT_EQ(one.scale_at(7), 0.5f);
  EXPECT_EQ(one.zero_at(7), 3);
  EXPECT_EQ(many.scale_at(1), 2);
  EXPECT_FALSE(Encoding::plain(DType::F32).affine());
}

TEST(Arithmetic, NamesAreReadAndWritten) {
  for (const Arithmetic a : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef, Arithmetic::St, Arithmetic::Onnx})
    EXPECT_EQ(parse_arithmetic(name_of(a)), a);
  EXPECT_EQ(parse_arithmetic("none"), std::nullopt);
  EXPECT_EQ(parse_arithmetic("tflite"), std::nullopt);
  EXPECT_EQ(arithmetic_names(), "tflm, litert, litert_ref, st, onnx");
}

TEST(Arithmetic, RoundsInputsAsItsRuntimeDoes) {
  EXPECT_EQ(input_rounding(Arithmetic::Tflm), Rounding::HalfAway);
  EXPECT_EQ(input_rounding(Arithmetic::LitertRef), Rounding::HalfAway);
  EXPECT_EQ(input_rounding(Arithmetic::Litert), Rounding::HalfEven);
  EXPECT_EQ(input_rounding(Arithmetic::Onnx), Rounding::HalfEven);
}

TEST(Isa, NamesAreReadAndWritten) {
  for (const Isa isa : kIsas) EXPECT_EQ(parse_isa(name_of(isa)), isa);
  EXPECT_EQ(parse_isa("sse"), std::nullopt);
  EXPECT_TRUE(has(Isa::Portable));
  EXPECT_TRUE(has(best_isa()));
}

TEST(Isa, BasesEndAtThePortableOne) {
  EXPECT_EQ(base_of(Isa::Portable), Isa::Portable);
  EXPECT_EQ(base_of(Isa::Amx), Isa::Avx512Vnni);
  for (const Isa isa : kIsas) EXPECT_LE(base_of(isa), isa);
}

TEST(Isa, WhatTheMachineLacksIsListedAsNotRun) {
  EXPECT_EQ(state_of(best_isa()), "runs");
  for (const Isa isa : kIsas)
    if (!has(isa) && !state_of(isa).empty()) EXPECT_EQ(state_of(isa), "not run, as this machine lacks it");
}

TEST(Isa, TheBestIsTheLastOfTheMachine) {
  for (const Isa isa : kIsas)
    if (has(isa)) EXPECT_LE(isa, best_isa());
}

}  // namespace
}  // namespace pare
