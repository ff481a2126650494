// Element-wise functions of one operand.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y = f(x), element by element. The members of the family are rows of one table (unary.cpp):
/// relu, relu6, relu_n1_to_1, clip (lo, hi), leaky_relu (alpha), logistic, tanh, and more.                   (Eq. 26)
struct Unary final : Op {
  enum class Kind : std::uint8_t { Relu, Relu6, ReluN1To1, Clip, LeakyRelu, Logistic, Tanh };
  explicit Unary(Kind k) : which(k) {}
  Kind which;
  float alpha = 0.01f;     ///< slope of leaky_relu below zero
  float lo = 0, hi = 0;    ///< limits of clip

  std::string_view kind() const override;
  void fields(FieldVisitor& v) override;
  std::shared_ptr<Op> clone() const override { return std::make_shared<Unary>(*this); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
  /// f(x) in double.
  double value(double x) const;
  /// The limits {lo, hi} of relu, relu6, relu_n1_to_1 and clip; infinite for the others.
  std::array<float, 2> limits() const;
};

}  // namespace pare
