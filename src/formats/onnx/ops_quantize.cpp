// QuantizeLinear and DequantizeLinear. Between activations they are nodes; of a constant, DequantizeLinear leaves the
// stored integers as they are and gives them their Encoding, so that weights stay what the file holds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/ops.hpp"
#include "formats/onnx/tensor_message.hpp"
#include "ops/quantize/quantize.hpp"

namespace pare::onnx {
namespace {

constexpr DType kCodeTypes[] = {DType::I4, DType::I8, DType::U8, DType::I16, DType::U16, DType::I32};

Result<void> expect_code_type(DType type) {
  if (std::find(std::begin(kCodeTypes), std::end(kCodeTypes), type) != std::end(kCodeTypes)) return {};
  return unsupported(fmt::format("codes of type {}", name_of(type)), "integers of 4 to 32 bits");
}

// Constants may hold 4 bits, activations may not.
Result<void> expect_activation_type(DType type) {
  if (type != DType::I4) return {};
  return unsupported("activations of type i4", "integers of 8 to 32 bits");
}

Result<std::vector<float>> scales_of(const Call& call) {
  PARE_TRY(const Tensor reals, call.reals(1));
  if (reals.shape().size() > 1)
    return unsupported(fmt::format("scales of shape {}", to_string(reals.shape())), "one, or one a channel");
  const auto view = reals.view<float>();
  if (view.empty()) return invalid("no scales", "at least one");
  for (const float s : view)
    if (!(s > 0) || !std::isfinite(s)) return invalid(fmt::format("a scale of {}", s), "finite scales above 0");
  return std::vector<float>(view.begin(), view.end());
}

Result<std::vector<int32_t>> zeros_of(const Call& call, DType type, size_t count) {
  if (!call.has(2)) return std::vector<int32_t>(count, 0);
  if (call.encoding(2).type != type)
    return invalid(fmt::format("zero points of type {}", name_of(call.encoding(2).type)), std::string(name_of(type)));
  PARE_TRY(const std::vector<int64_t> stored, call.integers(2));
  if (stored.size() != count)
    return invalid(fmt::format("{} zero points", stored.size()), fmt::format("{}, as scales", count));
  return std::vector<int32_t>(stored.begin(), stored.end());
}

// The Encoding that operands 1 and 2 give operand 0's codes of type `type`.
Result<Encoding> encoding_of(const Call& call, DType type) {
  PARE_TRY(expect_code_type(type));
  PARE_TRY(const int64_t block, integer_of(call.node(), "block_size", 0));
  if (block != 0) return unsupported(fmt::format("blocks of {}", block), "a scale for each channel or tensor");
  Encoding e = Encoding::plain(type);
  PARE_TRY(e.scale, scales_of(call));
  PARE_TRY(e.zero_point, zeros_of(call, type, e.scale.size()));
  e.grain = e.scale.size() > 1 ? Grain::Channel : Grain::Tensor;
  e.symmetric = type != DType::U8 && type != DType::U16 &&
                std::all_of(e.zero_point.begin(), e.zero_point.end(), [](int32_t z) { return z == 0; });
  if (e.grain == Grain::Tensor) return e;
  PARE_TRY(const int64_t stated, integer_of(call.node(), "axis", 1));
  PARE_TRY(e.axis, front_axis(call.rank(0) == 1 ? 0 : stated, call.rank(0)));
  const int64_t channels = call.shape(0)[static_cast<size_t>(e.axis)];
  if (channels == static_cast<int64_t>(e.scale.size())) return e;
  return invalid(fmt::format("{} scales for axis {} of {}", e.scale.size(), e.axis, to_string(call.shape(0))),
                 fmt::format("{}", channels));
}

// The type of the codes: the zero point's, else the attribute's, else u8.
Result<DType> code_type(const Call& call) {
  if (call.has(2)) return call.encoding(2).type;
  PARE_TRY(const int64_t stated, integer_of(call.node(), "output_dtype", 0));
  return stated == 0 ? DType::U8 : held_type(stated < 0 || stated > 255 ? 0 : static_cast<int32_t>(stated));
}

Result<void> quantize_constant(Call& call, const Encoding& e) {
  PARE_TRY(const Tensor reals, call.reals(0));
  PARE_TRY(Tensor codes, quantize(reals, e, Rounding::HalfEven));
  return call.bind(std::move(codes));
}

Result<void> quantize_linear(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const DType type, code_type(call));
  PARE_TRY(const Encoding e, encoding_of(call, type));
  if (call.value(0).constant()) return quantize_constant(call, e);
  PARE_TRY(expect_activation_type(type));
  if (call.encoding(0).type != DType::F32)
    return unsupported(fmt::format("an operand of type {}", to_string(call.encoding(0))), "f32");
  auto op = std::make_shared<Quantize>();
  op->type = name_of(type);
  PARE_TRY(const TensorId y, call.add(std::move(op), {call.tensor(0)}));
  call.info(y).encoding = e;
  call.bind(y);
  return {};
}

Result<void> dequantize_constant(Call& call, const Encoding& e) {
  Value v = call.value(0);
  v.encoding = e;
  return call.bind(std::move(v));
}

// Codes have one meaning: the first DequantizeLinear, or the QuantizeLinear that made them, says which.
Result<void> agree_on(TensorInfo& codes, const Encoding& e) {
  Encoding& own = codes.encoding;
  if (!own.affine() && own.type == e.type) own = e;
  if (own.type == e.type && own.scale == e.scale && own.zero_point == e.zero_point && own.axis == e.axis) return {};
  return unsupported(fmt::format("other scales or zero points than those of '{}', {}", codes.name, to_string(own)));
}

Result<void> dequantize_linear(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const Encoding e, encoding_of(call, call.encoding(0).type));
  if (call.value(0).constant()) return dequantize_constant(call, e);
  PARE_TRY(expect_activation_type(e.type));
  const TensorId codes = call.tensor(0);
  PARE_TRY(agree_on(call.info(codes), e));
  return call.become(std::make_shared<Dequantize>(), {codes});
}

constexpr Row kRows[] = {
    {"DequantizeLinear", dequantize_linear, true},
    {"QuantizeLinear", quantize_linear, true},
};

}  // namespace

std::span<const Row> quantize_rows() { return kRows; }

}  // namespace pare::onnx
