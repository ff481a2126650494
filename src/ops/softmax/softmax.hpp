// Softmax.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y_i = exp(beta (x_i - max x)) / sum over j of exp(beta (x_j - max x)), along `axis` (non-negative).       (Eq. 27)
/// The integer form needs the last axis.
struct Softmax final : OpBase<Softmax> {
  static constexpr std::string_view kKind = "softmax";
  int64_t axis = 1;
  float beta = 1;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override {
    return {.output = Contract::Output::Fixed, .scale = 1.0f / 256, .zero_point = -128};
  }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
