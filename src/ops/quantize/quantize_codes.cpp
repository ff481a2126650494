#include "ops/quantize/quantize_codes.hpp"

#include <limits>

#include "ops/quantize/quantize_s8.h"
#include "rounding.h"

namespace pare {
namespace {

// Calls f(index of element, channel) in order.
template <class F>
void for_each(const CodesArgs& a, F f) {
  int64_t i = 0;
  for (int64_t o = 0; o < a.outer; ++o)
    for (int64_t c = 0; c < a.channels; ++c)
      for (const int64_t end = i + a.inner; i < end; ++i) f(i, c);
}

template <class T>
T saturate(double q) {
  constexpr auto lo = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto hi = static_cast<double>(std::numeric_limits<T>::max());
  return static_cast<T>(q > hi ? hi : q > lo ? q : lo);  // a NaN becomes the least code
}

double rounded(float x, float scale, int32_t rule) {
  const float scaled = rule == PARE_RECIPROCAL_HALF_EVEN ? x * (1.0f / scale) : x / scale;
  return rule == PARE_DIVIDE_HALF_AWAY ? pare_round_half_away(scaled) : pare_round_half_even(scaled);
}

template <class T>
void quantize_as(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const CodesArgs*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* q = static_cast<T*>(io->out[0]);
  for_each(a, [&](int64_t i, int64_t c) {
    q[i] = saturate<T>(rounded(x[i], a.scale[c], a.rule) + a.zero_point[c]);
  });
}

template <class T>
void dequantize_as(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const CodesArgs*>(args);
  const auto* q = static_cast<const T*>(io->in[0]);
  auto* x = static_cast<float*>(io->out[0]);
  for_each(a, [&](int64_t i, int64_t c) {
    x[i] = a.scale[c] * static_cast<float>(static_cast<int64_t>(q[i]) - a.zero_point[c]);
  });
}

}  // namespace

pare_kernel quantize_kernel(DType type) {
  switch (type) {
    case DType::I8: return quantize_as<int8_t>;
    case DType::U8: return quantize_as<uint8_t>;
    case DType::I16: return quantize_as<int16_t>;
    case DType::U16: return quantize_as<uint16_t>;
    case DType::I32: return quantize_as<int32_t>;
    default: return nullptr;
  }
}

pare_kernel dequantize_kernel(DType type) {
  switch (type) {
    case DType::I8: return dequantize_as<int8_t>;
    case DType::U8: return dequantize_as<uint8_t>;
    case DType::I16: return dequantize_as<int16_t>;
    case DType::U16: return dequantize_as<uint16_t>;
    case DType::I32: return dequantize_as<int32_t>;
    default: return nullptr;
  }
}

}  // namespace pare
