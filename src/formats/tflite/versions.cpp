// The rules are facts of the format: each operator got a new version when it learnt a type, a rank or an option.
#include "formats/tflite/versions.hpp"

#include <algorithm>

namespace pare::tflite {
namespace {

using fb::BuiltinOperator;
using fb::TensorType;

// What a version can depend on.
struct Use {
  const fb::OperatorT& op;
  const fb::SubGraphT& graph;

  size_t operands() const { return op.inputs.size(); }
  const fb::TensorT& in(size_t i) const { return *graph.tensors[static_cast<size_t>(op.inputs[i])]; }
  const fb::TensorT& out() const { return *graph.tensors[static_cast<size_t>(op.outputs[0])]; }
  TensorType type() const { return in(0).type; }
  size_t rank() const { return in(0).shape.size(); }
  bool int8() const { return type() == TensorType::INT8; }
  bool int16() const { return type() == TensorType::INT16; }
  bool byte() const { return int8() || type() == TensorType::UINT8; }
  /// Float activations with int8 weights.
  bool hybrid() const { return type() == TensorType::FLOAT32 && in(1).type == TensorType::INT8; }
  bool broadcasts_beyond_4() const {
    return in(0).shape != in(1).shape && std::max(in(0).shape.size(), in(1).shape.size()) > 4;
  }
};

bool per_channel(const fb::TensorT& tensor) { return tensor.quantization && tensor.quantization->scale.size() > 1; }

float scale_of(const fb::TensorT& tensor) {
  return tensor.quantization && !tensor.quantization->scale.empty() ? tensor.quantization->scale[0] : 0;
}

int32_t first(const Use&) { return 1; }

// Most operators: int8 came second, int16 third.
int32_t common(const Use& use) { return use.int16() ? 3 : use.int8() ? 2 : 1; }

int32_t add(const Use& use) { return use.type() == TensorType::INT64 ? 4 : common(use); }

int32_t sub(const Use& use) {
  if (use.int16()) return 5;
  if (use.type() == TensorType::INT64) return 4;
  return use.broadcasts_beyond_4() ? 3 : common(use);
}

int32_t mul(const Use& use) {
  if (use.type() == TensorType::INT64) return 5;
  if (use.int16()) return 4;
  const float scale = scale_of(use.in(0)) * scale_of(use.in(1));
  if (scale_of(use.out()) > 0 && scale / scale_of(use.out()) >= 1) return 3;
  return common(use);
}

int32_t div(const Use& use) { return use.broadcasts_beyond_4() ? 2 : 1; }

int32_t conv_2d(const Use& use) {
  if (use.in(1).shape[3] != use.in(0).shape[3]) return 6;  // grouped
  if (use.int16()) return 4;
  if (use.hybrid()) return per_channel(use.in(1)) ? 5 : 2;
  return use.int8() ? 3 : 1;
}

int32_t depthwise_conv_2d(const Use& use) {
  if (use.int16()) return 5;
  if (use.hybrid()) return per_channel(use.in(1)) ? 6 : 4;
  if (use.int8()) return 3;
  const auto* options = use.op.builtin_options.AsDepthwiseConv2DOptions();
  return options->dilation_h_factor != 1 || options->dilation_w_factor != 1 ? 2 : 1;
}

int32_t fully_connected(const Use& use) {
  if (use.hybrid() && per_channel(use.in(1))) return 12;
  if (use.int16()) return 7;
  if (use.operands() == 2) return 6;
  if (use.op.builtin_options.AsFullyConnectedOptions()->keep_num_dims) return 5;
  return use.int8() ? 4 : use.hybrid() ? 3 : 1;
}

int32_t relu(const Use& use) { return use.int16() ? 3 : use.byte() ? 2 : 1; }

int32_t leaky_relu(const Use& use) { return use.int16() ? 2 : 1; }

int32_t transpose(const Use& use) {
  if (use.rank() > 5) return 6;
  if (use.int16()) return 5;
  if (use.rank() > 4) return 4;
  return use.type() == TensorType::BOOL ? 3 : use.int8() ? 2 : 1;
}

int32_t slice(const Use& use) { return use.rank() > 4 ? 5 : use.int16() ? 4 : use.int8() ? 2 : 1; }

int32_t strided_slice(const Use& use) {
  if (use.rank() > 4) return 4;
  return use.type() == TensorType::BOOL ? 3 : use.int8() ? 2 : 1;
}

int32_t pad(const Use& use) { return use.rank() > 4 ? 4 : common(use); }

int32_t dequantize(const Use& use) {
  if (use.int16() || use.type() == TensorType::FLOAT16) return 3;
  if (!use.int8()) return 1;
  return per_channel(use.in(0)) ? 5 : 2;
}

int32_t quantize(const Use& use) {
  if (per_channel(use.out())) return 3;
  return use.out().type == TensorType::INT16 ? 2 : 1;
}

struct Rule {
  BuiltinOperator code;
  int32_t (*version)(const Use&);
};

constexpr Rule kRules[] = {
    {BuiltinOperator::ADD, add},
    {BuiltinOperator::AVERAGE_POOL_2D, common},
    {BuiltinOperator::CONCATENATION, common},
    {BuiltinOperator::CONV_2D, conv_2d},
    {BuiltinOperator::DEPTHWISE_CONV_2D, depthwise_conv_2d},
    {BuiltinOperator::DEQUANTIZE, dequantize},
    {BuiltinOperator::DIV, div},
    {BuiltinOperator::FULLY_CONNECTED, fully_connected},
    {BuiltinOperator::LEAKY_RELU, leaky_relu},
    {BuiltinOperator::LOGISTIC, common},
    {BuiltinOperator::MAX_POOL_2D, common},
    {BuiltinOperator::MEAN, common},
    {BuiltinOperator::MUL, mul},
    {BuiltinOperator::PAD, pad},
    {BuiltinOperator::PADV2, pad},
    {BuiltinOperator::QUANTIZE, quantize},
    {BuiltinOperator::RELU, relu},
    {BuiltinOperator::RELU6, common},
    {BuiltinOperator::RELU_0_TO_1, first},
    {BuiltinOperator::RELU_N1_TO_1, first},
    {BuiltinOperator::RESHAPE, first},
    {BuiltinOperator::SLICE, slice},
    {BuiltinOperator::SOFTMAX, common},
    {BuiltinOperator::STRIDED_SLICE, strided_slice},
    {BuiltinOperator::SUB, sub},
    {BuiltinOperator::TANH, common},
    {BuiltinOperator::TRANSPOSE, transpose},
};

}  // namespace

int32_t version_of(BuiltinOperator code, const fb::OperatorT& op, const fb::SubGraphT& graph) {
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& r) { return r.code == code; });
  PARE_ASSERT(rule != std::end(kRules));
  return rule->version({op, graph});
}

}  // namespace pare::tflite
