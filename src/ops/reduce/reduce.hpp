// Reductions over axes.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y = mean of x over `axes` (non-negative, ascending); keep_dims leaves extents of 1.                       (Eq. 25)
struct Mean final : OpBase<Mean> {
  static constexpr std::string_view kKind = "mean";
  std::vector<int64_t> axes;
  bool keep_dims = false;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
