// Element-wise operators of two operands, with broadcasting.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y = act(a op b), op one of add, sub, mul, div (div: float only). Shapes broadcast as numpy's do.          (Eq. 23)
/// An operand may be a constant; both may be the same tensor.
struct Binary final : Op {
  enum class Kind : std::uint8_t { Add, Sub, Mul, Div };
  explicit Binary(Kind k, Activation a = Activation::None) : which(k), activation(a) {}
  Kind which;
  Activation activation;

  std::string_view kind() const override;
  void fields(FieldVisitor& v) override;
  std::shared_ptr<Op> clone() const override { return std::make_shared<Binary>(*this); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.integer = which != Kind::Div}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

/// The shape that two shapes broadcast to. Errors: InvalidModel if they do not.
Result<Shape> broadcast(const Shape& a, const Shape& b);

}  // namespace pare
