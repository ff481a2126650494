// The table of operators: which of TFLite's are which of ours, and how each is read and written.
#pragma once

#include <span>
#include <string_view>

#include "formats/tflite/op_reader.hpp"
#include "formats/tflite/op_writer.hpp"

namespace pare::tflite {

/// One operator of the format.
struct OpRow {
  fb::BuiltinOperator code;
  std::string_view kind;  ///< of our Op, which `write` takes
  size_t least, most;     ///< operands; those before `least` must be present
  Result<void> (*read)(OpReader&);
  Result<void> (*write)(OpWriter&);  ///< null if another row writes the kind
};

/// All rows.
std::span<const OpRow> op_rows();
/// The row of an operator of the format, or null.
const OpRow* row_to_read(fb::BuiltinOperator code);
/// The row that writes an Op of the kind, or null.
const OpRow* row_to_write(std::string_view kind);

// The cells of the table, by the files that hold them. Errors: InvalidModel, Unsupported; the caller adds the place.

// ops_layers.cpp
Result<void> read_conv_2d(OpReader&);
Result<void> write_conv2d(OpWriter&);
Result<void> read_depthwise_conv_2d(OpReader&);
Result<void> write_depthwise_conv2d(OpWriter&);
Result<void> read_fully_connected(OpReader&);
Result<void> write_dense(OpWriter&);
Result<void> read_average_pool_2d(OpReader&);
Result<void> read_max_pool_2d(OpReader&);
Result<void> write_pool2d(OpWriter&);
Result<void> read_mean(OpReader&);
Result<void> write_mean(OpWriter&);
Result<void> read_softmax(OpReader&);
Result<void> write_softmax(OpWriter&);

// ops_elements.cpp
Result<void> read_add(OpReader&);
Result<void> read_sub(OpReader&);
Result<void> read_mul(OpReader&);
Result<void> read_div(OpReader&);
Result<void> write_add(OpWriter&);
Result<void> write_sub(OpWriter&);
Result<void> write_mul(OpWriter&);
Result<void> write_div(OpWriter&);
Result<void> read_relu(OpReader&);
Result<void> read_relu6(OpReader&);
Result<void> read_relu_n1_to_1(OpReader&);
Result<void> read_relu_0_to_1(OpReader&);
Result<void> read_leaky_relu(OpReader&);
Result<void> read_logistic(OpReader&);
Result<void> read_tanh(OpReader&);
Result<void> write_unary(OpWriter&);
Result<void> write_clip(OpWriter&);
Result<void> write_leaky_relu(OpWriter&);
Result<void> read_quantize(OpReader&);
Result<void> write_quantize(OpWriter&);
Result<void> read_dequantize(OpReader&);
Result<void> write_dequantize(OpWriter&);

// ops_move.cpp
Result<void> read_reshape(OpReader&);
Result<void> read_squeeze(OpReader&);
Result<void> read_expand_dims(OpReader&);
Result<void> write_reshape(OpWriter&);
Result<void> read_transpose(OpReader&);
Result<void> write_transpose(OpWriter&);
Result<void> read_pad(OpReader&);
Result<void> read_padv2(OpReader&);
Result<void> write_pad(OpWriter&);
Result<void> read_slice(OpReader&);
Result<void> read_strided_slice(OpReader&);
Result<void> write_slice(OpWriter&);
Result<void> read_concatenation(OpReader&);
Result<void> write_concat(OpWriter&);

}  // namespace pare::tflite
