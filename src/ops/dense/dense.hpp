// Dense layer: a matrix product with constant weights.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y[r, co] = act(b[co] + sum over ci of x[r, ci] * w[co, ci])                                              (Eq. 22)
///
/// Operands: x, any shape whose count is a multiple of ci (its last extent is ci if keep_leading); w [co, ci], a
/// constant; b [co], a constant or absent. Output: [count / ci, co], or with keep_leading x's shape with the last
/// extent replaced by co.
struct Dense final : OpBase<Dense> {
  static constexpr std::string_view kKind = "dense";
  bool keep_leading = false;
  Activation activation = Activation::None;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.weights = 1, .channel_axis = 0, .bias = 2}; }
  Cost cost(const Operands& in, const Operands& out) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
