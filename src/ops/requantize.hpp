// The C++ side of requantization: from scales and an Arithmetic to the integers that pare_requantize_args holds.
#pragma once

#include <memory>
#include <vector>

#include "pare/op.hpp"
#include "requantize.h"

namespace pare {

/// Which operators share a row of the Arithmetic table.
enum class RuleFor : std::uint8_t { Conv, Dense, Product, Mean };

/// The rule (PARE_FIXED_DOUBLE, ...) by which `arithmetic` requantizes, as docs/numerics.md lists it.
/// Errors: Unsupported if the Arithmetic has no integer form of the operator.
Result<int32_t> rule_for(RuleFor use, Arithmetic arithmetic);

/// What a requantization starts from: M_c = in_scale * weight_scale[c] / out.scale.
struct RequantizeSpec {
  RuleFor use = RuleFor::Conv;
  Arithmetic arithmetic = Arithmetic::None;
  float in_scale = 1;
  std::vector<float> weight_scale;  ///< 1, or one a channel
  const Encoding* out = nullptr;    ///< int8 per tensor
  Activation activation = Activation::None;
};

/// Owns the arrays of one pare_requantize_args.
class Requantizer {
 public:
  /// Errors: as rule_for; InvalidModel if the output is not int8 per tensor.
  static Result<Requantizer> make(const RequantizeSpec& spec);
  /// The argument struct; its pointers live as long as this object stays where it is.
  pare_requantize_args args() const;

 private:
  int32_t rule_ = 0, zero_point_ = 0, lo_ = -128, hi_ = 127;
  std::vector<int32_t> multiplier_, exponent_;
  std::vector<float> scale_;
};

/// The codes {lo, hi} of a fused activation's limits under `encoding`: z + round(limit / s), cut to int8 (Eq. 16).
std::array<int32_t, 2> code_limits(Activation activation, const Encoding& encoding, Arithmetic arithmetic);

/// Shows one requantization struct `r` (named "requantize") to the emitter.
void visit_requantize(ArgVisitor& visitor, const pare_requantize_args& r);

/// An argument struct with what it points to. Kernel::args shares ownership of the whole and points to `args`.
template <class Args>
struct Holder {
  Args args{};
  std::vector<Tensor> tensors;
  std::unique_ptr<Requantizer> requantizer;
  std::vector<std::vector<float>> reals;
};

/// The holder as Kernel::args.
template <class Args>
std::shared_ptr<const void> as_args(const std::shared_ptr<Holder<Args>>& holder) {
  return {holder, &holder->args};
}


}  // namespace pare
