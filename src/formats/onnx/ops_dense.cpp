// Matrix products with constant weights.
#include <fmt/format.h>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/ops.hpp"
#include "ops/binary/binary.hpp"
#include "ops/dense/dense.hpp"
#include "ops/move/move.hpp"

namespace pare::onnx {
namespace {

// A constant times a number; as it is if that is 1.
Value scaled(const Value& constant, float factor) {
  if (factor == 1) return constant;
  Tensor reals = dequantize(constant.data, constant.encoding);
  for (float& x : reals.edit<float>()) x *= factor;
  return constant_of(std::move(reals));
}

// Operand 1 as weights [co, ci].
Result<Value> matrix_of(const Call& call, bool transpose) {
  PARE_TRY(const Value w, call.constant(1));
  if (w.encoding.type != DType::F32 && !w.encoding.affine())
    return invalid("weights of bare integers", "reals, or integers with a scale");
  if (w.data.shape().size() != 2)
    return unsupported(fmt::format("weights of shape {}", to_string(w.data.shape())), "rank 2");
  if (w.data.count() < 1)
    return invalid(fmt::format("weights of shape {}", to_string(w.data.shape())), "some elements");
  return transpose ? permuted(w, {1, 0}) : w;
}

// Operand 2 as a bias [co], if it is the same for each row.
Result<std::optional<Value>> bias_of(const Call& call, int64_t co, float beta) {
  if (!call.has(2) || !call.value(2).constant()) return std::optional<Value>();
  const Value c = scaled(call.value(2), beta);
  const Shape& shape = c.data.shape();
  if (shape == Shape{co}) return std::optional(c);
  if (c.data.count() != 1 && !(c.data.count() == co && !shape.empty() && shape.back() == co))
    return std::optional<Value>();
  const Tensor reals = dequantize(c.data, c.encoding);
  PARE_TRY(const Tensor row, broadcast_to(reals.reshaped({c.data.count()}), {co}));
  return std::optional(constant_of(row));
}

Result<TensorId> left_matrix(Call& call) {
  if (call.rank(0) != 2) return invalid(fmt::format("operand 0 of shape {}", to_string(call.shape(0))), "rank 2");
  PARE_TRY(const int64_t transposed, integer_of(call.node(), "transA", 0));
  if (!transposed) return call.tensor(0);
  auto op = std::make_shared<Transpose>();
  op->perm = {1, 0};
  return call.add(std::move(op), {call.tensor(0)}, ":a");
}

OpPtr binary(Binary::Kind kind) { return std::make_shared<Binary>(kind); }

// What is added after the product: beta * C, C of any shape, constant or not.
Result<TensorId> addend(Call& call, float beta) {
  if (call.value(2).constant()) return call.add_constant(scaled(call.value(2), beta), 2);
  if (beta == 1) return call.tensor(2);
  const TensorId factor = call.add_constant(Tensor::of<float>({}, {beta}), ":beta");
  return call.add(binary(Binary::Kind::Mul), {call.tensor(2), factor}, ":c");
}

Result<void> gemm(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const float alpha, real_of(call.node(), "alpha", 1));
  PARE_TRY(const float beta, real_of(call.node(), "beta", 1));
  PARE_TRY(const int64_t stored_transposed, integer_of(call.node(), "transB", 0));
  PARE_TRY(const Value w, matrix_of(call, stored_transposed == 0));
  PARE_TRY(const std::optional<Value> bias, bias_of(call, w.data.shape()[0], beta));
  PARE_TRY(const TensorId x, left_matrix(call));
  std::vector<TensorId> in = {x, call.add_constant(scaled(w, alpha), 1)};
  if (bias) in.push_back(call.add_constant(*bias, 2));
  auto dense = std::make_shared<Dense>();
  if (bias || !call.has(2) || beta == 0) return call.become(std::move(dense), std::move(in));
  PARE_TRY(const TensorId product, call.add_inner(std::move(dense), std::move(in), ":product"));
  PARE_TRY(const TensorId c, addend(call, beta));
  PARE_TRY(const TensorId sum, call.add(binary(Binary::Kind::Add), {product, c}, ":sum"));
  call.bind(sum);
  return {};
}

Result<void> mat_mul(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const Value w, matrix_of(call, true));
  if (call.rank(0) < 2)
    return unsupported(fmt::format("operand 0 of shape {}", to_string(call.shape(0))), "rank 2 or more");
  auto op = std::make_shared<Dense>();
  op->keep_leading = true;
  return call.become(std::move(op), {call.tensor(0), call.add_constant(w, 1)});
}

constexpr Row kRows[] = {
    {"Gemm", gemm},
    {"MatMul", mat_mul},
};

}  // namespace

std::span<const Row> dense_rows() { return kRows; }

}  // namespace pare::onnx
