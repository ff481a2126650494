// Encodings: the grammar, choosing scales, and the conversions between reals and codes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pare/numerics.hpp"

#include "numerics/half.hpp"
#include "rounding.h"

namespace pare {
namespace {

constexpr DType kAllTypes[] = {DType::F32, DType::F16, DType::BF16, DType::F64, DType::I8,  DType::U8,   DType::I16,
                               DType::U16, DType::I32, DType::U32,  DType::I64, DType::U64, DType::Bool, DType::I4};

std::optional<DType> parse_type(std::string_view text) {
  for (const DType type : kAllTypes)
    if (name_of(type) == text) return type;
  return std::nullopt;
}

std::string_view name_of_grain(const Encoding& e) { return e.grain == Grain::Channel ? "channel" : "tensor"; }

// Calls f(index of element, channel) for every element in order, the channel along `axis`.
template <class F>
void for_each_channel(const Shape& shape, const Encoding& e, F f) {
  const auto count = static_cast<size_t>(count_of(shape));
  int64_t channels = 1;
  size_t inner = count;
  if (e.grain == Grain::Channel) {
    channels = shape[static_cast<size_t>(e.axis)];
    inner = 1;
    for (size_t i = static_cast<size_t>(e.axis) + 1; i < shape.size(); ++i) inner *= static_cast<size_t>(shape[i]);
  }
  for (size_t i = 0; i < count;)
    for (int64_t c = 0; c < channels; ++c)
      for (const size_t end = i + inner; i < end; ++i) f(i, c);
}

// Eq. 3 for |x| < 2^51, as sums of 1.5 2^52 are rounded, and larger x, which saturate all codes, cut to that.
double half_even(double x) {
  constexpr double kMost = 0x1p50, kMagic = 0x1.8p52;
  return (std::clamp(x, -kMost, kMost) + kMagic) - kMagic;
}

template <class T>
Tensor quantize_as(const Tensor& x, const Encoding& e, Rounding rounding) {
  const auto [lo, hi] = code_range(e.type);
  const auto least = static_cast<double>(lo), most = static_cast<double>(hi);
  Tensor q(e.type, x.shape());
  const auto real = x.view<float>();
  auto code = q.edit<T>();
  for_each_channel(x.shape(), e, [&](size_t i, int64_t c) {
    const double scaled = static_cast<double>(real[i]) / e.scale_at(c);
    const double rounded = rounding == Rounding::HalfEven ? half_even(scaled) : pare_round_half_away(scaled);
    code[i] = static_cast<T>(std::clamp(rounded + e.zero_at(c), least, most));
  });
  return q;
}

template <class T>
Tensor dequantize_as(const Tensor& q, const Encoding& e) {
  Tensor x(DType::F32, q.shape());
  const auto code = q.view<T>();
  auto real = x.edit<float>();
  if (!e.affine()) {
    for (size_t i = 0; i < real.size(); ++i) real[i] = static_cast<float>(code[i]);
    return x;
  }
  for_each_channel(q.shape(), e, [&](size_t i, int64_t c) {
    real[i] = e.scale_at(c) * static_cast<float>(static_cast<int64_t>(code[i]) - e.zero_at(c));
  });
  return x;
}

Tensor floats_of(const Tensor& halves, float (*real_of)(uint16_t)) {
  Tensor x(DType::F32, halves.shape());
  const auto bits = halves.view<uint16_t>();
  std::transform(bits.begin(), bits.end(), x.edit<float>().begin(), real_of);
  return x;
}

}  // namespace

double round_half_away(double x) { return pare_round_half_away(x); }

std::string to_string(const Encoding& e) {
  if (!e.affine()) return std::string(name_of(e.type));
  return fmt::format("{}/{}/{}", name_of(e.type), name_of_grain(e), e.symmetric ? "sym" : "asym");
}

Result<Encoding> parse_encoding(std::string_view text) {
  const Error error{Code::InvalidArgument, "encoding", fmt::format("'{}'", text),
                    "f32, i8/tensor/asym, i8/channel/sym or the like", ""};
  const size_t first = text.find('/');
  const auto type = parse_type(text.substr(0, first));
  if (!type) return error;
  if (first == std::string_view::npos) return Encoding::plain(*type);
  const std::string_view rest = text.substr(first + 1);
  Encoding e = Encoding::plain(*type);
  if (rest == "tensor/asym" || rest == "tensor/sym")
    e.grain = Grain::Tensor;
  else if (rest == "channel/sym" || rest == "channel/asym")
    e.grain = Grain::Channel;
  else
    return error;
  e.symmetric = rest.ends_with("/sym");
  return e;
}

std::array<int64_t, 2> code_range(DType type) {
  switch (type) {
    case DType::I4:
      return {-8, 7};
    case DType::I8:
      return {-128, 127};
    case DType::U8:
      return {0, 255};
    case DType::I16:
      return {-32768, 32767};
    case DType::U16:
      return {0, 65535};
    case DType::U32:
      return {0, 4294967295};
    case DType::Bool:
      return {0, 1};
    default:
      return {INT32_MIN, INT32_MAX};
  }
}

Result<Tensor> quantize(const Tensor& x, const Encoding& e, Rounding rounding) {
  const auto real = x.view<float>();
  for (size_t i = 0; i < real.size(); ++i)
    if (std::isnan(real[i]))
      return Error{Code::InvalidModel, "", fmt::format("element {} is not a number (NaN)", i), "numbers", ""};
  switch (e.type) {
    case DType::I4:
    case DType::I8:
      return quantize_as<int8_t>(x, e, rounding);
    case DType::U8:
      return quantize_as<uint8_t>(x, e, rounding);
    case DType::I16:
      return quantize_as<int16_t>(x, e, rounding);
    case DType::I32:
      return quantize_as<int32_t>(x, e, rounding);
    default:
      return Error{Code::Unsupported, "", fmt::format("quantizing to {}", name_of(e.type)), "i4, i8, u8, i16 or i32",
                   ""};
  }
}

Tensor dequantize(const Tensor& q, const Encoding& e) {
  switch (q.type()) {
    case DType::F32:
      return q;
    case DType::F64:
      return dequantize_as<double>(q, e);
    case DType::I4:
    case DType::I8:
      return dequantize_as<int8_t>(q, e);
    case DType::Bool:
    case DType::U8:
      return dequantize_as<uint8_t>(q, e);
    case DType::I16:
      return dequantize_as<int16_t>(q, e);
    case DType::U16:
      return dequantize_as<uint16_t>(q, e);
    case DType::I32:
      return dequantize_as<int32_t>(q, e);
    case DType::U32:
      return dequantize_as<uint32_t>(q, e);
    case DType::I64:
      return dequantize_as<int64_t>(q, e);
    case DType::U64:
      return dequantize_as<uint64_t>(q, e);
    case DType::F16:
      return floats_of(q, real_of_half);
    case DType::BF16:
      return floats_of(q, real_of_bfloat16);
  }
  return {};
}

Encoding asymmetric_int8(double lo, double hi) {
  lo = std::fmin(lo, 0.0);
  hi = std::fmax(hi, 0.0);
  auto scale = static_cast<float>((hi - lo) / 255.0);
  if (!(scale > 0)) scale = 1.0f;
  const auto zero = static_cast<int64_t>(pare_round_half_away(-128.0 - lo / scale));
  return Encoding::per_tensor(DType::I8, scale, static_cast<int32_t>(std::clamp<int64_t>(zero, -128, 127)));
}

float symmetric_scale(double max_abs, int64_t max_code) {
  const auto scale = static_cast<float>(max_abs / static_cast<double>(max_code));
  return scale > 0 ? scale : 1.0f;
}

}  // namespace pare
