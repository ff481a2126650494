// Operators that compute element by element.
#include <fmt/format.h>

#include <cfloat>
#include <cmath>

#include "formats/onnx/ops.hpp"
#include "ops/binary/binary.hpp"
#include "ops/unary/unary.hpp"

namespace pare::onnx {
namespace {

template <Binary::Kind kKind>
Result<void> binary(Call& call) {
  PARE_TRY(call.expect(2));
  return call.become(std::make_shared<Binary>(kKind), {call.tensor(0), call.tensor(1)});
}

// Sum takes any number of operands.
Result<void> sum(Call& call) {
  PARE_TRY(call.expect(call.operand_count()));
  TensorId total = call.tensor(0);
  for (size_t i = 1; i < call.operand_count(); ++i) {
    const std::string suffix = i + 1 == call.operand_count() ? "" : fmt::format(":{}", i);
    PARE_TRY(total, call.add(std::make_shared<Binary>(Binary::Kind::Add), {total, call.tensor(i)}, suffix));
  }
  call.bind(total);
  return {};
}

template <Unary::Kind kKind>
Result<void> unary(Call& call) {
  PARE_TRY(call.expect(1));
  return call.become(std::make_shared<Unary>(kKind), {call.tensor(0)});
}

Result<void> leaky_relu(Call& call) {
  PARE_TRY(call.expect(1));
  auto op = std::make_shared<Unary>(Unary::Kind::LeakyRelu);
  PARE_TRY(op->alpha, real_of(call.node(), "alpha", 0.01f));
  return call.become(std::move(op), {call.tensor(0)});
}

// The member of the family with these limits.
std::shared_ptr<Unary> clip_between(float lo, float hi) {
  const bool open = hi >= FLT_MAX;
  if (lo == 0 && open) return std::make_shared<Unary>(Unary::Kind::Relu);
  if (lo == 0 && hi == 6) return std::make_shared<Unary>(Unary::Kind::Relu6);
  if (lo == -1 && hi == 1) return std::make_shared<Unary>(Unary::Kind::ReluN1To1);
  auto op = std::make_shared<Unary>(Unary::Kind::Clip);
  op->lo = lo <= -FLT_MAX ? -INFINITY : lo;
  op->hi = open ? INFINITY : hi;
  return op;
}

// A limit: operand from 11, attribute before.
Result<float> limit_of(const Call& call, size_t index, std::string_view attribute, float fallback) {
  if (!call.has(index)) return real_of(call.node(), attribute, fallback);
  PARE_TRY(const Tensor stored, call.reals(index));
  if (stored.count() != 1) return unsupported(fmt::format("a limit of {} elements", stored.count()), "1");
  const float limit = stored.view<float>()[0];
  if (std::isnan(limit)) return invalid("a limit that is not a number (NaN)", "a number");
  return limit;
}

Result<void> clip(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const float lo, limit_of(call, 1, "min", -INFINITY));
  PARE_TRY(const float hi, limit_of(call, 2, "max", INFINITY));
  return call.become(clip_between(lo, hi), {call.tensor(0)});
}

// Min and Max against one constant are limits.
Result<void> one_limit(Call& call, bool upper) {
  PARE_TRY(call.expect(2));
  if (call.operand_count() != 2) return unsupported(fmt::format("{} operands", call.operand_count()), "2");
  const size_t x = call.value(0).constant() ? 1 : 0;
  PARE_TRY(const float limit, limit_of(call, 1 - x, "", 0));
  if (call.shape(1 - x).size() > call.shape(x).size()) return unsupported("a limit of higher rank");
  return call.become(upper ? clip_between(-INFINITY, limit) : clip_between(limit, INFINITY), {call.tensor(x)});
}

Result<void> minimum(Call& call) { return one_limit(call, true); }
Result<void> maximum(Call& call) { return one_limit(call, false); }

constexpr Row kRows[] = {
    {"Add", binary<Binary::Kind::Add>},
    {"Clip", clip},
    {"Div", binary<Binary::Kind::Div>},
    {"LeakyRelu", leaky_relu},
    {"Max", maximum},
    {"Min", minimum},
    {"Mul", binary<Binary::Kind::Mul>},
    {"Relu", unary<Unary::Kind::Relu>},
    {"Sigmoid", unary<Unary::Kind::Logistic>},
    {"Sub", binary<Binary::Kind::Sub>},
    {"Sum", sum},
    {"Tanh", unary<Unary::Kind::Tanh>},
};

}  // namespace

std::span<const Row> pointwise_rows() { return kRows; }

}  // namespace pare::onnx
