// Element by element: arithmetic of two operands, activation functions, and changes of encoding.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/tensors.hpp"
#include "ops/binary/binary.hpp"
#include "ops/quantize/quantize.hpp"
#include "ops/unary/unary.hpp"

namespace pare::tflite {
namespace {

template <class Options>
Result<void> read_binary(OpReader& reader, Binary::Kind kind) {
  const auto* options = reader.options_if_any<Options>();
  const auto type = options ? options->fused_activation_function() : fb::ActivationFunctionType::NONE;
  PARE_TRY(const Activation activation, reader.activation(type));
  return reader.add(std::make_shared<Binary>(kind, activation), reader.operands(2));
}

template <class Options>
Result<void> write_binary(OpWriter& writer, fb::BuiltinOperator code) {
  Options options;
  options.fused_activation_function = fused(writer.op<Binary>().activation);
  writer.add(code, std::move(options), writer.operands());
  return {};
}

}  // namespace

Result<void> read_add(OpReader& reader) { return read_binary<fb::AddOptions>(reader, Binary::Kind::Add); }
Result<void> read_sub(OpReader& reader) { return read_binary<fb::SubOptions>(reader, Binary::Kind::Sub); }
Result<void> read_mul(OpReader& reader) { return read_binary<fb::MulOptions>(reader, Binary::Kind::Mul); }
Result<void> read_div(OpReader& reader) { return read_binary<fb::DivOptions>(reader, Binary::Kind::Div); }

Result<void> write_add(OpWriter& writer) { return write_binary<fb::AddOptionsT>(writer, fb::BuiltinOperator::ADD); }
Result<void> write_sub(OpWriter& writer) { return write_binary<fb::SubOptionsT>(writer, fb::BuiltinOperator::SUB); }
Result<void> write_mul(OpWriter& writer) { return write_binary<fb::MulOptionsT>(writer, fb::BuiltinOperator::MUL); }
Result<void> write_div(OpWriter& writer) { return write_binary<fb::DivOptionsT>(writer, fb::BuiltinOperator::DIV); }

namespace {

Result<void> read_unary(OpReader& reader, Unary::Kind kind) {
  return reader.add(std::make_shared<Unary>(kind), reader.operands(1));
}

}  // namespace

Result<void> read_relu(OpReader& reader) { return read_unary(reader, Unary::Kind::Relu); }
Result<void> read_relu6(OpReader& reader) { return read_unary(reader, Unary::Kind::Relu6); }
Result<void> read_relu_n1_to_1(OpReader& reader) { return read_unary(reader, Unary::Kind::ReluN1To1); }
Result<void> read_logistic(OpReader& reader) { return read_unary(reader, Unary::Kind::Logistic); }
Result<void> read_tanh(OpReader& reader) { return read_unary(reader, Unary::Kind::Tanh); }

Result<void> read_relu_0_to_1(OpReader& reader) {
  auto op = std::make_shared<Unary>(Unary::Kind::Clip);
  op->lo = 0, op->hi = 1;
  return reader.add(op, reader.operands(1));
}

Result<void> read_leaky_relu(OpReader& reader) {
  PARE_TRY(const fb::LeakyReluOptions* options, reader.options<fb::LeakyReluOptions>());
  auto op = std::make_shared<Unary>(Unary::Kind::LeakyRelu);
  op->alpha = options->alpha();
  return reader.add(op, reader.operands(1));
}

Result<void> write_unary(OpWriter& writer) {
  writer.add(row_to_write(writer.op<Unary>().kind())->code, writer.operands());
  return {};
}

namespace {

struct ClampRow {
  float lo, hi;
  fb::BuiltinOperator code;
};

constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr ClampRow kClamps[] = {
    {0, kInfinity, fb::BuiltinOperator::RELU},
    {0, std::numeric_limits<float>::max(), fb::BuiltinOperator::RELU},
    {0, 6, fb::BuiltinOperator::RELU6},
    {-1, 1, fb::BuiltinOperator::RELU_N1_TO_1},
    {0, 1, fb::BuiltinOperator::RELU_0_TO_1},
};

}  // namespace

Result<void> write_clip(OpWriter& writer) {
  const auto& op = writer.op<Unary>();
  const auto* row = std::find_if(std::begin(kClamps), std::end(kClamps),
                                 [&](const ClampRow& r) { return r.lo == op.lo && r.hi == op.hi; });
  if (row == std::end(kClamps))
    return writer.unsupported(fmt::format("a clip to [{}, {}], for which the format has no operator", op.lo, op.hi),
                              "limits of [0, inf], [0, 6], [-1, 1] or [0, 1]");
  writer.add(row->code, writer.operands());
  return {};
}

Result<void> write_leaky_relu(OpWriter& writer) {
  fb::LeakyReluOptionsT options;
  options.alpha = writer.op<Unary>().alpha;
  writer.add(fb::BuiltinOperator::LEAKY_RELU, options, writer.operands());
  return {};
}

Result<void> read_quantize(OpReader& reader) {
  auto op = std::make_shared<Quantize>();
  op->type = pare::name_of(reader.output().encoding.type);
  return reader.add(op, reader.operands(1));
}

Result<void> write_quantize(OpWriter& writer) {
  writer.add(fb::BuiltinOperator::QUANTIZE, fb::QuantizeOptionsT{}, writer.operands());
  return {};
}

Result<void> read_dequantize(OpReader& reader) {
  const TensorInfo& x = reader.operand(0);
  if (x.encoding.type != DType::F16 || !x.constant()) return reader.add(std::make_shared<Dequantize>(), reader.operands(1));
  if (reader.output().encoding.type != DType::F32 || reader.output().shape != x.shape)
    return Error{Code::InvalidModel, "", fmt::format("an output of {} {}", to_string(reader.output().encoding),
                                                     to_string(reader.output().shape)),
                 "f32 " + to_string(x.shape), ""};
  reader.fold(widened(x.data));
  return {};
}

Result<void> write_dequantize(OpWriter& writer) {
  writer.add(fb::BuiltinOperator::DEQUANTIZE, fb::DequantizeOptionsT{}, {writer.stored(0)});
  return {};
}

}  // namespace pare::tflite
