// Batch normalization with fixed statistics. Float only: it is folded before quantizing.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y = gamma_c (x - mean_c) / sqrt(variance_c + epsilon) + beta_c, c along `axis`.                           (Eq. 28)
/// Operands: x; gamma, beta, mean, variance [c], constants.
struct BatchNorm final : OpBase<BatchNorm> {
  static constexpr std::string_view kKind = "batch_norm";
  int64_t axis = 1;
  float epsilon = 1e-5f;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.integer = false}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
