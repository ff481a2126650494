#include "ops/requantize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "rounding.h"

namespace pare {
namespace {

constexpr int32_t kNone = -1;

struct RuleRow {
  Arithmetic arithmetic;
  int32_t conv, dense, product, mean;
};
// docs/numerics.md, table "Arithmetic".
constexpr RuleRow kRules[] = {
    {Arithmetic::Tflm, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE},
    {Arithmetic::Litert, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN},
    {Arithmetic::LitertRef, PARE_FIXED_DOUBLE, PARE_EXACT_AWAY, PARE_FIXED_DOUBLE, PARE_FIXED_DOUBLE},
    {Arithmetic::St, PARE_FIXED_SINGLE, PARE_FIXED_SINGLE, PARE_FLOAT_HALF_EVEN, PARE_FLOAT_HALF_EVEN},
};

int32_t pick(const RuleRow& row, RuleFor use) {
  switch (use) {
    case RuleFor::Conv: return row.conv;
    case RuleFor::Dense: return row.dense;
    case RuleFor::Product: return row.product;
    case RuleFor::Mean: return row.mean;
  }
  return kNone;
}

// A real multiplier in float32. Hostile scales may leave its range; then sums of 0 must still give 0, not a NaN.
float finite(float m) { return std::min(m, std::numeric_limits<float>::max()); }

// The real multiplier of one channel, in the precision that the runtime computes it in.
double multiplier(const RequantizeSpec& spec, float weight_scale) {
  if (spec.arithmetic == Arithmetic::St) return finite(weight_scale * (spec.in_scale / spec.out->scale[0]));
  return static_cast<double>(spec.in_scale) * static_cast<double>(weight_scale) / static_cast<double>(spec.out->scale[0]);
}

}  // namespace

Result<int32_t> rule_for(RuleFor use, Arithmetic arithmetic) {
  for (const RuleRow& row : kRules)
    if (row.arithmetic == arithmetic && pick(row, use) != kNone) return pick(row, use);
  return Error{Code::Unsupported, "", fmt::format("arithmetic '{}' has no integer form of this operator", name_of(arithmetic)),
               "tflm, litert, litert_ref or st", "An ONNX QDQ model runs under 'onnx' before it is converted"};
}

std::array<int32_t, 2> code_limits(Activation activation, const Encoding& encoding, Arithmetic arithmetic) {
  const auto [lo, hi] = limits_of(activation);
  const bool even = arithmetic == Arithmetic::Litert || arithmetic == Arithmetic::St;
  const auto code = [&](float limit) {
    const double scaled = static_cast<double>(limit / encoding.scale[0]);
    const double q = even ? pare_round_half_even(scaled) : pare_round_half_away(scaled);
    return pare_clamp(static_cast<int32_t>(std::clamp(q, -512.0, 512.0)) + encoding.zero_point[0], -128, 127);
  };
  return {std::isinf(lo) ? -128 : code(lo), std::isinf(hi) ? 127 : code(hi)};
}

Result<Requantizer> Requantizer::make(const RequantizeSpec& spec) {
  if (spec.out->grain != Grain::Tensor || spec.out->type != DType::I8)
    return Error{Code::Unsupported, "", "an output of encoding " + to_string(*spec.out), "i8/tensor/asym", ""};
  Requantizer r;
  PARE_TRY(r.rule_, rule_for(spec.use, spec.arithmetic));
  r.zero_point_ = spec.out->zero_point[0];
  const auto limits = code_limits(spec.activation, *spec.out, spec.arithmetic);
  r.lo_ = limits[0];
  r.hi_ = limits[1];
  for (const float weight_scale : spec.weight_scale) {
    if (r.rule_ == PARE_FLOAT_HALF_EVEN) {
      r.scale_.push_back(finite(spec.in_scale * weight_scale / spec.out->scale[0]));
      continue;
    }
    const pare_fixed m = pare_fixed_of(multiplier(spec, weight_scale));
    r.multiplier_.push_back(m.multiplier);
    r.exponent_.push_back(m.exponent);
  }
  return r;
}

pare_requantize_args Requantizer::args() const {
  const auto count = static_cast<int32_t>(std::max(multiplier_.size(), scale_.size()));
  const auto pointer = [](const auto& v) { return v.empty() ? nullptr : v.data(); };
  return {rule_, count, pointer(multiplier_), pointer(exponent_), pointer(scale_), zero_point_, lo_, hi_};
}

Result<pare_affine> affine_of(const TensorInfo& t) {
  if (t.encoding.type == DType::I8 && t.encoding.grain == Grain::Tensor)
    return pare_affine{t.encoding.scale[0], t.encoding.zero_point[0]};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(t.encoding)), "i8/tensor/asym", ""};
}

void visit_requantize(ArgVisitor& v, const pare_requantize_args& r) {
  const auto count = static_cast<size_t>(r.channels);
  v.begin("requantize");
  v.number("rule", r.rule);
  v.number("channels", r.channels);
  v.array("multiplier", std::span(r.multiplier, r.multiplier ? count : 0));
  v.array("exponent", std::span(r.exponent, r.exponent ? count : 0));
  v.array("scale", std::span(r.scale, r.scale ? count : 0));
  v.number("zero_point", r.zero_point);
  v.number("lo", r.lo);
  v.number("hi", r.hi);
  v.end();
}

}  // namespace pare
