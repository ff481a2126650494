// Operators that move elements and compute nothing: reshape, transpose, pad, slice, concat. Any element type.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// The same elements under another shape of equal count; an extent of -1 (at most one) is what is left.
struct Reshape final : OpBase<Reshape> {
  static constexpr std::string_view kKind = "reshape";
  std::vector<int64_t> shape;

  void fields(FieldVisitor& v) override { v.field("shape", shape); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// y[i_0, i_1, ...] = x[...] with y's axis k being x's axis perm[k].
struct Transpose final : OpBase<Transpose> {
  static constexpr std::string_view kKind = "transpose";
  std::vector<int64_t> perm;

  void fields(FieldVisitor& v) override { v.field("perm", perm); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// x with `before` and `after` more elements on each axis, holding the real `value`.
struct Pad final : OpBase<Pad> {
  static constexpr std::string_view kKind = "pad";
  std::vector<int64_t> before, after;
  float value = 0;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// y[i] = x[begin + i * step] on each axis, `size` elements; all three have x's rank, begin in range, size resolved.
struct Slice final : OpBase<Slice> {
  static constexpr std::string_view kKind = "slice";
  std::vector<int64_t> begin, size, step;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// The operands one after another along `axis`; other extents equal. Operands may be constants.
struct Concat final : OpBase<Concat> {
  static constexpr std::string_view kKind = "concat";
  int64_t axis = 0;

  void fields(FieldVisitor& v) override { v.field("axis", axis); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
