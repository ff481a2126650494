// Small TFLite files for the tests: tables as values, changed by a test and then packed.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formats/tflite/schema.hpp"

namespace pare::tflite {

/// The file's bytes.
inline std::vector<std::byte> packed(const fb::ModelT& file) {
  flatbuffers::FlatBufferBuilder builder;
  fb::FinishModelBuffer(builder, fb::Model::Pack(builder, &file));
  const auto* bytes = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
  return {bytes, bytes + builder.GetSize()};
}

inline fb::SubGraphT& graph_of(fb::ModelT& file) { return *file.subgraphs[0]; }
inline fb::TensorT& tensor_of(fb::ModelT& file, int i) { return *graph_of(file).tensors[static_cast<size_t>(i)]; }
inline fb::OperatorT& operator_of(fb::ModelT& file, int i) { return *graph_of(file).operators[static_cast<size_t>(i)]; }

/// Appends a buffer with the elements of `values` and returns its index.
template <class T>
uint32_t add_buffer(fb::ModelT& file, const std::vector<T>& values) {
  auto buffer = std::make_unique<fb::BufferT>();
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  buffer->data.assign(bytes, bytes + values.size() * sizeof(T));
  file.buffers.push_back(std::move(buffer));
  return static_cast<uint32_t>(file.buffers.size() - 1);
}

/// Appends a tensor and returns its index; buffer 0 is that of a computed one.
inline int add_tensor(fb::ModelT& file, std::string name, std::vector<int32_t> shape,
                      fb::TensorType type = fb::TensorType::FLOAT32, uint32_t buffer = 0) {
  auto tensor = std::make_unique<fb::TensorT>();
  tensor->name = std::move(name);
  tensor->shape = std::move(shape);
  tensor->type = type;
  tensor->buffer = buffer;
  graph_of(file).tensors.push_back(std::move(tensor));
  return static_cast<int>(graph_of(file).tensors.size() - 1);
}

/// Appends a constant list of int32.
inline int add_numbers(fb::ModelT& file, std::string name, const std::vector<int32_t>& values) {
  return add_tensor(file, std::move(name), {static_cast<int32_t>(values.size())}, fb::TensorType::INT32,
                    add_buffer(file, values));
}

/// Appends an operator with its own entry in the table of codes.
inline void add_operator(fb::ModelT& file, fb::BuiltinOperator code, std::vector<int32_t> in, std::vector<int32_t> out,
                         fb::BuiltinOptionsUnion options = {}) {
  auto entry = std::make_unique<fb::OperatorCodeT>();
  entry->builtin_code = code;
  file.operator_codes.push_back(std::move(entry));
  auto op = std::make_unique<fb::OperatorT>();
  op->opcode_index = static_cast<uint32_t>(file.operator_codes.size() - 1);
  op->inputs = std::move(in);
  op->outputs = std::move(out);
  op->builtin_options = std::move(options);
  graph_of(file).operators.push_back(std::move(op));
}

template <class Options>
fb::BuiltinOptionsUnion options_of(Options options) {
  fb::BuiltinOptionsUnion table;
  table.Set(std::move(options));
  return table;
}

/// A file with an input "x" (tensor 0) of the shape and an output "y" (tensor 1), both float32, and no operator yet.
inline fb::ModelT empty_file(std::vector<int32_t> x, std::vector<int32_t> y) {
  fb::ModelT file;
  file.version = 3;
  file.buffers.push_back(std::make_unique<fb::BufferT>());
  file.subgraphs.push_back(std::make_unique<fb::SubGraphT>());
  add_tensor(file, "x", std::move(x));
  add_tensor(file, "y", std::move(y));
  graph_of(file).inputs = {0};
  graph_of(file).outputs = {1};
  return file;
}

/// x [1, 4, 4, 2] -> CONV_2D 3 x 3, SAME, stride 1, RELU -> y [1, 4, 4, 1]; tensor 2 is the weights, 3 the bias.
inline fb::ModelT conv_file() {
  fb::ModelT file = empty_file({1, 4, 4, 2}, {1, 4, 4, 1});
  tensor_of(file, 0).shape_signature = {-1, 4, 4, 2};
  std::vector<float> weights(18);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i) - 9;
  add_tensor(file, "w", {1, 3, 3, 2}, fb::TensorType::FLOAT32, add_buffer(file, weights));
  add_tensor(file, "b", {1}, fb::TensorType::FLOAT32, add_buffer(file, std::vector<float>{0.5f}));
  fb::Conv2DOptionsT options;
  options.padding = fb::Padding::SAME;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = fb::ActivationFunctionType::RELU;
  add_operator(file, fb::BuiltinOperator::CONV_2D, {0, 2, 3}, {1}, options_of(std::move(options)));
  return file;
}

}  // namespace pare::tflite
