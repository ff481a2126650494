#include <gtest/gtest.h>

#include <array>

#include "formats/tflite/sample_files.hpp"
#include "formats/tflite/tflite.hpp"
#include "ops/conv2d/conv2d.hpp"

namespace pare::tflite {
namespace {

using fb::BuiltinOperator;

// read and verify, as read_model does.
Result<Model> read_checked(const fb::ModelT& file, const ReadOptions& options = {}) {
  PARE_TRY(Model model, read(packed(file), options));
  PARE_TRY(verify(model));
  return model;
}

TEST(TfliteRead, OneConvolution) {
  const auto model = read_checked(conv_file());
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_EQ(model->nodes.size(), 1u);
  EXPECT_EQ(model->nodes[0].name, "y");
  const auto* op = as<Conv2d>(model->nodes[0].op);
  ASSERT_NE(op, nullptr);
  EXPECT_EQ(op->pad_top, 1);
  EXPECT_EQ(op->pad_right, 1);
  EXPECT_EQ(op->activation, Activation::Relu);
  EXPECT_EQ(model->tensor(model->inputs[0]).axes, "nhwc");
  EXPECT_EQ(model->tensor(model->nodes[0].in[1]).data.view<float>()[17], 8.0f);
}

TEST(TfliteRead, FewerWeightChannelsAreGroups) {
  fb::ModelT file = conv_file();
  tensor_of(file, 1).shape = {1, 4, 4, 2};
  tensor_of(file, 2).shape = {2, 3, 3, 1};
  tensor_of(file, 3) = fb::TensorT();
  operator_of(file, 0).inputs = {0, 2};
  const auto model = read_checked(file);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(as<Conv2d>(model->nodes[0].op)->groups, 2);
}

TEST(TfliteRead, TheFreeExtentIsOneUnlessGiven) {
  const auto as_stored = read_checked(conv_file());
  ASSERT_TRUE(as_stored);
  EXPECT_EQ(as_stored->tensor(as_stored->outputs[0]).shape, (Shape{1, 4, 4, 1}));
  const auto batch = read_checked(conv_file(), {.shapes = {{"x", {5, 4, 4, 2}}}, .folder = ""});
  ASSERT_TRUE(batch) << batch.error().message();
  EXPECT_EQ(batch->tensor(batch->outputs[0]).shape, (Shape{5, 4, 4, 1}));
}

TEST(TfliteRead, OldFilesHaveTheNarrowOperatorCode) {
  fb::ModelT file = conv_file();
  file.operator_codes[0]->builtin_code = BuiltinOperator::ADD;  // 0, as if absent
  file.operator_codes[0]->deprecated_builtin_code = static_cast<int8_t>(BuiltinOperator::CONV_2D);
  EXPECT_TRUE(read_checked(file));
}

TEST(TfliteRead, Encodings) {
  fb::ModelT file = empty_file({1, 2}, {1, 2});
  const auto encode = [&](int i, std::vector<float> scales, std::vector<int64_t> zeros) {
    tensor_of(file, i).type = fb::TensorType::INT8;
    tensor_of(file, i).quantization = std::make_unique<fb::QuantizationParametersT>();
    tensor_of(file, i).quantization->scale = std::move(scales);
    tensor_of(file, i).quantization->zero_point = std::move(zeros);
  };
  encode(0, {0.5f}, {-3});
  encode(1, {0.25f}, {});
  add_operator(file, BuiltinOperator::QUANTIZE, {0}, {1});
  file.metadata.push_back(std::make_unique<fb::MetadataT>());
  file.metadata[0]->name = "pare.arithmetic";
  file.metadata[0]->buffer = add_buffer(file, std::vector<char>{'t', 'f', 'l', 'm'});
  const auto model = read_checked(file);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->tensor(model->inputs[0]).encoding, Encoding::per_tensor(DType::I8, 0.5f, -3));
  EXPECT_EQ(model->tensor(model->outputs[0]).encoding, Encoding::per_tensor(DType::I8, 0.25f, 0, true));
  EXPECT_EQ(model->arithmetic, Arithmetic::Tflm);
}

TEST(TfliteRead, ChannelsHaveTheirOwnScales) {
  fb::ModelT file = empty_file({1, 2}, {1, 3});
  const int w = add_tensor(file, "w", {3, 2}, fb::TensorType::INT8, add_buffer(file, std::vector<int8_t>{1, 2, 3, 4, 5, 6}));
  tensor_of(file, w).quantization = std::make_unique<fb::QuantizationParametersT>();
  tensor_of(file, w).quantization->scale = {1, 2, 4};
  tensor_of(file, w).quantization->zero_point = {0, 0, 0};
  add_operator(file, BuiltinOperator::FULLY_CONNECTED, {0, w}, {1}, options_of(fb::FullyConnectedOptionsT{}));
  const auto model = read_checked(file);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->tensor(model->nodes[0].in[1]).encoding, Encoding::per_channel(DType::I8, 0, {1, 2, 4}));
}

TEST(TfliteRead, Float16ConstantsBecomeFloat32) {
  fb::ModelT file = empty_file({4}, {4});
  const auto half = add_buffer(file, std::vector<uint16_t>{0x3c00, 0xc000, 0x0001, 0x7bff});  // 1, -2, 2^-24, 65504
  const int stored = add_tensor(file, "half", {4}, fb::TensorType::FLOAT16, half);
  const int wide = add_tensor(file, "wide", {4});
  add_operator(file, BuiltinOperator::DEQUANTIZE, {stored}, {wide});
  add_operator(file, BuiltinOperator::ADD, {0, wide}, {1});
  const auto model = read_checked(file);
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_EQ(model->nodes.size(), 1u);
  const auto values = model->tensor(model->nodes[0].in[1]).data.view<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{1, -2, 0x1p-24f, 65504}));
}

// What is wrong with a changed conv_file(), and what its message must name.
struct BadRow {
  const char* name;
  void (*change)(fb::ModelT&);
  Code code;
  const char* says;
};

constexpr BadRow kBadRows[] = {
    {"another version", [](fb::ModelT& f) { f.version = 2; }, Code::Unsupported, "version 2"},
    {"no subgraph", [](fb::ModelT& f) { f.subgraphs.clear(); }, Code::InvalidModel, "without a subgraph"},
    {"an operator code that does not exist", [](fb::ModelT& f) { operator_of(f, 0).opcode_index = 7; },
     Code::InvalidModel, "operator code number 7; expected less than 1"},
    {"a buffer that does not exist", [](fb::ModelT& f) { tensor_of(f, 2).buffer = 99; }, Code::InvalidModel,
     "tensor 'w': buffer 99; expected less than 3"},
    {"an operand that does not exist", [](fb::ModelT& f) { operator_of(f, 0).inputs[1] = 44; }, Code::InvalidModel,
     "node 'y' (CONV_2D): tensor number 44; expected 0 to 3"},
    {"a demanded operand is absent", [](fb::ModelT& f) { operator_of(f, 0).inputs[1] = -1; }, Code::InvalidModel,
     "tensor number -1"},
    {"an output that does not exist", [](fb::ModelT& f) { graph_of(f).outputs = {9}; }, Code::InvalidModel,
     "the model's outputs: tensor number 9"},
    {"too few operands", [](fb::ModelT& f) { operator_of(f, 0).inputs = {0}; }, Code::InvalidModel,
     "1 operands; expected 2 to 3"},
    {"no output", [](fb::ModelT& f) { operator_of(f, 0).outputs = {}; }, Code::InvalidModel, "0 outputs; expected 1"},
    {"too few bytes of data", [](fb::ModelT& f) { f.buffers[1]->data.resize(40); }, Code::InvalidModel,
     "tensor 'w': 40 bytes of data at byte"},
    {"an extent of 0", [](fb::ModelT& f) { tensor_of(f, 0).shape[1] = 0; }, Code::InvalidModel,
     "tensor 'x': shape [1, 0, 4, 2]"},
    {"a negative extent", [](fb::ModelT& f) { tensor_of(f, 1).shape[0] = -1; }, Code::InvalidModel, "tensor 'y'"},
    {"extents whose product is too large", [](fb::ModelT& f) { tensor_of(f, 0).shape = {1 << 20, 1 << 20, 1 << 20, 2}; },
     Code::InvalidModel, "2^31 elements"},
    {"an element type that is not read", [](fb::ModelT& f) { tensor_of(f, 0).type = fb::TensorType::COMPLEX64; },
     Code::Unsupported, "tensor 'x': elements of type COMPLEX64"},
    {"a variable", [](fb::ModelT& f) { tensor_of(f, 0).is_variable = true; }, Code::Unsupported, "variable"},
    {"sparse weights", [](fb::ModelT& f) { tensor_of(f, 2).sparsity = std::make_unique<fb::SparsityParametersT>(); },
     Code::Unsupported, "tensor 'w': its elements are stored sparsely"},
    {"no options", [](fb::ModelT& f) { operator_of(f, 0).builtin_options.Reset(); }, Code::InvalidModel, "no options"},
    {"a stride of 0", [](fb::ModelT& f) { operator_of(f, 0).builtin_options.AsConv2DOptions()->stride_w = 0; },
     Code::InvalidModel, "stride 0"},
    {"a fused activation that is not read",
     [](fb::ModelT& f) {
       operator_of(f, 0).builtin_options.AsConv2DOptions()->fused_activation_function = fb::ActivationFunctionType::TANH;
     },
     Code::Unsupported, "fused activation TANH"},
    {"weights that do not divide the channels", [](fb::ModelT& f) {
       tensor_of(f, 0).shape[3] = 3;
     }, Code::InvalidModel, "weights of 2 channels for an input of 3"},
    {"an output shape that does not follow", [](fb::ModelT& f) { tensor_of(f, 1).shape = {1, 2, 4, 1}; },
     Code::InvalidModel, "node 'y'"},
    {"a custom operator",
     [](fb::ModelT& f) {
       f.operator_codes[0]->builtin_code = BuiltinOperator::CUSTOM;
       f.operator_codes[0]->custom_code = "Mine";
     },
     Code::Unsupported, "node 'y' (CUSTOM 'Mine')"},
    {"two makers of one tensor", [](fb::ModelT& f) { operator_of(f, 0).outputs = {2}; }, Code::InvalidModel,
     "the output 'w' has a value already"},
    {"a constant as input", [](fb::ModelT& f) { graph_of(f).inputs = {2}; }, Code::InvalidModel, "input 'w'"},
};

TEST(TfliteRead, SaysWhatIsWrongAndWhere) {
  for (const BadRow& row : kBadRows) {
    fb::ModelT file = conv_file();
    row.change(file);
    const auto model = read_checked(file);
    ASSERT_FALSE(model) << row.name;
    EXPECT_EQ(model.error().code, row.code) << row.name;
    EXPECT_NE(model.error().message().find(row.says), std::string::npos) << row.name << ": " << model.error().message();
  }
}

TEST(TfliteRead, ListsAllUnsupportedOperatorsAtOnce) {
  fb::ModelT file = empty_file({4}, {4});
  const int a = add_tensor(file, "a", {4}), b = add_tensor(file, "b", {4});
  add_operator(file, BuiltinOperator::SIN, {0}, {a});
  add_operator(file, BuiltinOperator::SIN, {a}, {b});
  add_operator(file, BuiltinOperator::HARD_SWISH, {b}, {1});
  const auto model = read(packed(file), {});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().place, "node 'a' (SIN)");
  EXPECT_EQ(model.error().found, "the operator is not supported; nor are those of node 'y' (HARD_SWISH)");
  EXPECT_NE(model.error().expected.find("CONV_2D"), std::string::npos);
}

TEST(TfliteRead, RefusesAShapeThatTheFileDoesNotLeaveFree) {
  const auto fixed = read(packed(conv_file()), {.shapes = {{"x", {1, 5, 4, 2}}}, .folder = ""});
  ASSERT_FALSE(fixed);
  EXPECT_EQ(fixed.error().code, Code::InvalidArgument);
  const auto unknown = read(packed(conv_file()), {.shapes = {{"z", {1}}}, .folder = ""});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().place, "input 'z'");
}

TEST(TfliteRead, WhatIsNoTfliteFile) {
  constexpr std::array<size_t, 4> sizes = {0, 4, 8, 64};
  for (const size_t size : sizes) {
    const auto model = read(std::vector<std::byte>(size), {});
    ASSERT_FALSE(model) << size;
    EXPECT_EQ(model.error().code, Code::InvalidModel) << size;
    EXPECT_TRUE(model.error().place.starts_with("byte ")) << model.error().message();
  }
}

TEST(TfliteRead, BytesNeedNoAlignment) {
  std::vector<std::byte> bytes = packed(conv_file());
  bytes.insert(bytes.begin(), std::byte{0});
  EXPECT_TRUE(read(std::span(bytes).subspan(1), {}));
}

}  // namespace
}  // namespace pare::tflite
