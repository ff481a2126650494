// Quantize, dequantize: between reals and codes. Scales and zero points stand in the tensors' Encodings.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// Reals to codes, or codes to codes of another Encoding (requantize). The output tensor's Encoding says which:
/// q = clamp(round(x / s) + z) with the Arithmetic's input rounding (Eq. 12); code to code by the Arithmetic's rule.
/// `infer` gives the output type `type`.
struct Quantize final : OpBase<Quantize> {
  static constexpr std::string_view kKind = "quantize";
  std::string type = "i8";

  void fields(FieldVisitor& v) override { v.field("type", type); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// Codes to reals: x = s (q - z) (Eq. 13), per tensor or per channel.
struct Dequantize final : OpBase<Dequantize> {
  static constexpr std::string_view kKind = "dequantize";
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
