#include "emit/c/values.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace pare {
namespace {

constexpr size_t kLine = 116;

template <class T>
std::string list(std::span<const T> values) {
  std::string text = "{", line = "\n ";
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string number = " " + c_number(values[i]) + (i + 1 < values.size() ? "," : "");
    if (line.size() + number.size() > kLine) {
      text += line;
      line = "\n ";
    }
    line += number;
  }
  return text + line + "}";
}

// Stored elements of another integer type, as 64-bit numbers.
template <class T>
std::string widened(const Tensor& values) {
  const auto view = values.view<T>();
  const std::vector<int64_t> wide(view.begin(), view.end());
  return c_list(std::span<const int64_t>(wide));
}

}  // namespace

std::string c_number(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min()) return "INT64_MIN";
  if (value == std::numeric_limits<int32_t>::min()) return "INT32_MIN";
  const bool wide = value > std::numeric_limits<int32_t>::max() || value < std::numeric_limits<int32_t>::min();
  return wide ? fmt::format("INT64_C({})", value) : std::to_string(value);
}

std::string c_number(float value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value < 0 ? "-INFINITY" : "INFINITY";
  return fmt::format("{:a}f", value);
}

std::string c_list(std::span<const int8_t> values) {
  const std::vector<int64_t> wide(values.begin(), values.end());
  return list(std::span<const int64_t>(wide));
}
std::string c_list(std::span<const int32_t> values) {
  const std::vector<int64_t> wide(values.begin(), values.end());
  return list(std::span<const int64_t>(wide));
}
std::string c_list(std::span<const int64_t> values) { return list(values); }
std::string c_list(std::span<const float> values) { return list(values); }

Result<std::string> c_type(DType type) {
  switch (type) {
    case DType::F32: return std::string("float");
    case DType::I8: return std::string("int8_t");
    case DType::U8: return std::string("uint8_t");
    case DType::I16: return std::string("int16_t");
    case DType::I32: return std::string("int32_t");
    case DType::I64: return std::string("int64_t");
    default: return Error{Code::Unsupported, "", fmt::format("elements of type {}", name_of(type)), "f32, i8, u8, i16, i32 or i64", ""};
  }
}

std::string c_list(const Tensor& values) {
  switch (values.type()) {
    case DType::F32: return c_list(values.view<float>());
    case DType::U8: return widened<uint8_t>(values);
    case DType::I16: return widened<int16_t>(values);
    case DType::I32: return widened<int32_t>(values);
    case DType::I64: return widened<int64_t>(values);
    default: return c_list(values.view<int8_t>());
  }
}

std::string c_comment(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += (c >= ' ' && c <= '~' && c != '*' && c != '\\' && c != '?') ? c : '_';
  return safe;
}

}  // namespace pare
