#include "formats/tflite/ops.hpp"

#include <limits>

namespace pare::tflite {
namespace {

using Builtin = fb::BuiltinOperator;

constexpr size_t kAny = std::numeric_limits<size_t>::max();

constexpr OpRow kRows[] = {
    {Builtin::ADD, "add", 2, 2, read_add, write_add},
    {Builtin::AVERAGE_POOL_2D, "average_pool2d", 1, 1, read_average_pool_2d, write_pool2d},
    {Builtin::CONCATENATION, "concat", 1, kAny, read_concatenation, write_concat},
    {Builtin::CONV_2D, "conv2d", 2, 3, read_conv_2d, write_conv2d},
    {Builtin::DEPTHWISE_CONV_2D, "depthwise_conv2d", 2, 3, read_depthwise_conv_2d, write_depthwise_conv2d},
    {Builtin::DEQUANTIZE, "dequantize", 1, 1, read_dequantize, write_dequantize},
    {Builtin::DIV, "div", 2, 2, read_div, write_div},
    {Builtin::EXPAND_DIMS, "reshape", 2, 2, read_expand_dims, nullptr},
    {Builtin::FULLY_CONNECTED, "dense", 2, 3, read_fully_connected, write_dense},
    {Builtin::LEAKY_RELU, "leaky_relu", 1, 1, read_leaky_relu, write_leaky_relu},
    {Builtin::LOGISTIC, "logistic", 1, 1, read_logistic, write_unary},
    {Builtin::MAX_POOL_2D, "max_pool2d", 1, 1, read_max_pool_2d, write_pool2d},
    {Builtin::MEAN, "mean", 2, 2, read_mean, write_mean},
    {Builtin::MUL, "mul", 2, 2, read_mul, write_mul},
    {Builtin::PAD, "pad", 2, 2, read_pad, write_pad},
    {Builtin::PADV2, "pad", 3, 3, read_padv2, nullptr},
    {Builtin::QUANTIZE, "quantize", 1, 1, read_quantize, write_quantize},
    {Builtin::RELU, "relu", 1, 1, read_relu, write_unary},
    {Builtin::RELU6, "relu6", 1, 1, read_relu6, write_unary},
    {Builtin::RELU_0_TO_1, "clip", 1, 1, read_relu_0_to_1, write_clip},
    {Builtin::RELU_N1_TO_1, "relu_n1_to_1", 1, 1, read_relu_n1_to_1, write_unary},
    {Builtin::RESHAPE, "reshape", 1, 2, read_reshape, write_reshape},
    {Builtin::SLICE, "slice", 3, 3, read_slice, write_slice},
    {Builtin::SOFTMAX, "softmax", 1, 1, read_softmax, write_softmax},
    {Builtin::SQUEEZE, "reshape", 1, 1, read_squeeze, nullptr},
    {Builtin::STRIDED_SLICE, "slice", 4, 4, read_strided_slice, nullptr},
    {Builtin::SUB, "sub", 2, 2, read_sub, write_sub},
    {Builtin::TANH, "tanh", 1, 1, read_tanh, write_unary},
    {Builtin::TRANSPOSE, "transpose", 2, 2, read_transpose, write_transpose},
};

}  // namespace

std::span<const OpRow> op_rows() { return kRows; }

const OpRow* row_to_read(fb::BuiltinOperator code) {
  for (const OpRow& row : kRows)
    if (row.code == code) return &row;
  return nullptr;
}

const OpRow* row_to_write(std::string_view kind) {
  for (const OpRow& row : kRows)
    if (row.kind == kind && row.write) return &row;
  return nullptr;
}

}  // namespace pare::tflite
