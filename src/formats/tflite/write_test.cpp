#include <gtest/gtest.h>

#include <limits>

#include "formats/tflite/tflite.hpp"
#include "formats/tflite/schema.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/unary/unary.hpp"

namespace pare::tflite {
namespace {

Model with_input(Shape shape, Encoding encoding = Encoding::plain(DType::F32)) {
  Model model;
  model.inputs = {model.add({"x", std::move(shape), "", std::move(encoding), {}})};
  return model;
}

// Appends `op` on the last output (at first the input) and `constants`; its output becomes the model's, encoded like x.
void extend(Model& model, const std::string& name, OpPtr op, const std::vector<TensorId>& constants = {}) {
  std::vector<TensorId> in = model.outputs.empty() ? model.inputs : model.outputs;
  in.insert(in.end(), constants.begin(), constants.end());
  auto out = model.append(name, std::move(op), in);
  ASSERT_TRUE(out) << out.error().message();
  model.outputs = *out;
  model.tensor(model.outputs[0]).encoding = model.tensor(model.inputs[0]).encoding;
}

OpPtr pool(Pool2d::Kind kind, int64_t pad, bool count_include_pad = false) {
  auto op = std::make_shared<Pool2d>(kind);
  op->kernel_h = op->kernel_w = 3;
  op->stride_h = op->stride_w = 2;
  op->pad_top = op->pad_left = op->pad_bottom = op->pad_right = pad;
  op->count_include_pad = count_include_pad;
  return op;
}

OpPtr conv(int64_t pad, int64_t stride) {
  auto op = std::make_shared<Conv2d>();
  op->pad_top = op->pad_left = op->pad_bottom = op->pad_right = pad;
  op->stride_h = op->stride_w = stride;
  return op;
}

OpPtr clip(float lo, float hi) {
  auto op = std::make_shared<Unary>(Unary::Kind::Clip);
  op->lo = lo, op->hi = hi;
  return op;
}

// The names of the operators with their versions, "CONV_2D 3, PAD 2"; or the error.
std::string operators(const Model& model) {
  const auto bytes = write(model);
  if (!bytes) return bytes.error().message();
  const fb::Model& file = *fb::GetModel(bytes->data());
  std::string list;
  for (const fb::Operator* op : *file.subgraphs()->Get(0)->operators()) {
    const fb::OperatorCode& entry = *file.operator_codes()->Get(op->opcode_index());
    list += (list.empty() ? "" : ", ") + name_of(entry.builtin_code()) + " " + std::to_string(entry.version());
  }
  return list;
}

struct OpRowCase {
  const char* name;
  OpPtr op;
  Encoding encoding;
  const char* expected;
};

TEST(TfliteWrite, PaddingThatHasNoWordBecomesAnOperator) {
  const Encoding real = Encoding::plain(DType::F32), code = Encoding::per_tensor(DType::I8, 0.5f, -5);
  const OpRowCase rows[] = {
      {"maximum, VALID", pool(Pool2d::Kind::Max, 0), real, "MAX_POOL_2D 1"},
      {"maximum: the outside is below all numbers", pool(Pool2d::Kind::Max, 1), real, "PADV2 1, MAX_POOL_2D 1"},
      {"maximum of codes", pool(Pool2d::Kind::Max, 1), code, "PADV2 2, MAX_POOL_2D 2"},
      {"average that counts zeros", pool(Pool2d::Kind::Average, 1, true), real, "PAD 1, AVERAGE_POOL_2D 1"},
      {"average of codes that counts zeros", pool(Pool2d::Kind::Average, 1, true), code, "PAD 2, AVERAGE_POOL_2D 2"},
  };
  for (const OpRowCase& row : rows) {
    Model model = with_input({1, 8, 8, 2}, row.encoding);
    extend(model, "y", row.op);
    EXPECT_EQ(operators(model), row.expected) << row.name;
    const auto again = read(*write(model), {});
    ASSERT_TRUE(again) << row.name << ": " << again.error().message();
    EXPECT_TRUE(verify(*again)) << row.name << ": " << verify(*again).error().message();
  }
}

TEST(TfliteWrite, AConvolutionWithOtherPaddingKeepsItsShape) {
  Model model = with_input({1, 8, 8, 2});
  extend(model, "y", conv(1, 2), {model.add_constant("w", Tensor(DType::F32, {3, 3, 3, 2}), Encoding::plain(DType::F32))});
  EXPECT_EQ(operators(model), "PAD 1, CONV_2D 1");
  const auto again = read(*write(model), {});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->tensor(again->outputs[0]).shape, model.tensor(model.outputs[0]).shape);
  EXPECT_TRUE(verify(*again));
}

TEST(TfliteWrite, AnAbsentBiasOfAConvolutionIsWrittenAsZeros) {
  Model model = with_input({1, 3, 3, 2}, Encoding::per_tensor(DType::I8, 0.5f, -5));
  extend(model, "y", conv(0, 1),
         {model.add_constant("w", Tensor(DType::I8, {2, 3, 3, 2}), Encoding::per_channel(DType::I8, 0, {1, 4}))});
  const auto again = read(*write(model), {});
  ASSERT_TRUE(again) << again.error().message();
  ASSERT_EQ(again->nodes[0].in.size(), 3u);
  const TensorInfo& bias = again->tensor(again->nodes[0].in[2]);
  EXPECT_EQ(bias.data, Tensor(DType::I32, {2}));
  EXPECT_EQ(bias.encoding, Encoding::per_channel(DType::I32, 0, {0.5f, 2}));
}

TEST(TfliteWrite, VersionsOfIntegerOperators) {
  const Encoding code = Encoding::per_tensor(DType::I8, 0.5f, -5);
  Model model = with_input({1, 3, 3, 2}, code);
  const auto constant = [&](const char* name, DType type, const Shape& shape, Encoding encoding) {
    return model.add_constant(name, Tensor(type, shape), std::move(encoding));
  };
  extend(model, "conv", conv(1, 1), {constant("w", DType::I8, {4, 3, 3, 2}, Encoding::per_channel(DType::I8, 0, {1, 1, 1, 1}))});
  extend(model, "add", std::make_shared<Binary>(Binary::Kind::Add),
         {constant("c", DType::I8, {1}, Encoding::per_tensor(DType::I8, 1, 0, true))});
  const TensorId dense_w = constant("dense_w", DType::I8, {2, 36}, Encoding::per_tensor(DType::I8, 1, 0, true));
  const TensorId dense_b = constant("dense_b", DType::I32, {2}, Encoding::per_tensor(DType::I32, 0.5f, 0, true));
  extend(model, "dense", std::make_shared<Dense>(), {dense_w, dense_b});
  extend(model, "softmax", std::make_shared<Softmax>());
  EXPECT_EQ(operators(model), "CONV_2D 3, ADD 2, FULLY_CONNECTED 4, SOFTMAX 2");
}

TEST(TfliteWrite, WhatTheFormatCannotSay) {
  auto softmax = std::make_shared<Softmax>();
  softmax->axis = 1;
  const OpRowCase rows[] = {
      {"limits without an operator", clip(-2, 3), {}, "node 'y': a clip to [-2, 3], for which the format has no operator"},
      {"an average that leaves the outside out", pool(Pool2d::Kind::Average, 1), {}, "node 'y': padding 1, 1, 1, 1"},
      {"a softmax along an inner axis", softmax, {}, "node 'y': softmax along axis 1; expected the last axis, 3"},
  };
  for (const OpRowCase& row : rows) {
    Model model = with_input({1, 8, 8, 2});
    extend(model, "y", row.op);
    const auto bytes = write(model);
    ASSERT_FALSE(bytes) << row.name;
    EXPECT_EQ(bytes.error().code, Code::Unsupported) << row.name;
    EXPECT_TRUE(bytes.error().message().starts_with(row.expected)) << row.name << ": " << bytes.error().message();
  }
}

TEST(TfliteWrite, BatchNormalizationIsToBeFoldedFirst) {
  Model model = with_input({1, 8, 8, 2});
  std::vector<TensorId> statistics;
  for (const char* name : {"gamma", "beta", "mean", "variance"})
    statistics.push_back(model.add_constant(name, Tensor(DType::F32, {2}), Encoding::plain(DType::F32)));
  auto op = std::make_shared<BatchNorm>();
  op->axis = 3;
  extend(model, "y", op, statistics);
  const auto bytes = write(model);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::Unsupported);
  EXPECT_NE(bytes.error().hint.find("Fold it"), std::string::npos);
}

TEST(TfliteWrite, ClipsThatHaveAnOperator) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const OpRowCase rows[] = {{"relu", clip(0, inf), {}, "RELU 1"},
                            {"relu6", clip(0, 6), {}, "RELU6 1"},
                            {"relu_n1_to_1", clip(-1, 1), {}, "RELU_N1_TO_1 1"},
                            {"relu_0_to_1", clip(0, 1), {}, "RELU_0_TO_1 1"}};
  for (const OpRowCase& row : rows) {
    Model model = with_input({3});
    extend(model, "y", row.op);
    EXPECT_EQ(operators(model), row.expected) << row.name;
  }
}

Model with_twice_the_same_weights() {
  Model model = with_input({1, 4});
  const Tensor weights = Tensor::of<float>({4, 4}, std::vector<float>(16, 0.25f));
  extend(model, "a", std::make_shared<Dense>(), {model.add_constant("w1", weights, Encoding::plain(DType::F32))});
  extend(model, "b", std::make_shared<Dense>(), {model.add_constant("w2", weights, Encoding::plain(DType::F32))});
  return model;
}

TEST(TfliteWrite, BuffersAreAlignedAndEqualOnesStoredOnce) {
  const auto bytes = write(with_twice_the_same_weights());
  ASSERT_TRUE(bytes);
  int filled = 0;
  for (const fb::Buffer* buffer : *fb::GetModel(bytes->data())->buffers()) {
    if (!buffer->data()) continue;
    ++filled;
    EXPECT_EQ((reinterpret_cast<const std::byte*>(buffer->data()->data()) - bytes->data()) % 16, 0);
  }
  EXPECT_EQ(filled, 1);
}

TEST(TfliteWrite, TheSameBytesForTheSameModel) {
  EXPECT_EQ(*write(with_twice_the_same_weights()), *write(with_twice_the_same_weights()));
}

TEST(TfliteWrite, ASignatureNamesTheInterface) {
  const auto bytes = write(with_twice_the_same_weights());
  ASSERT_TRUE(bytes);
  const fb::Model& file = *fb::GetModel(bytes->data());
  ASSERT_EQ(file.signature_defs()->size(), 1u);
  const fb::SignatureDef& signature = *file.signature_defs()->Get(0);
  EXPECT_EQ(signature.signature_key()->str(), "serving_default");
  EXPECT_EQ(signature.inputs()->Get(0)->name()->str(), "x");
  EXPECT_EQ(signature.outputs()->Get(0)->name()->str(), "b");
  EXPECT_EQ(static_cast<int>(signature.outputs()->Get(0)->tensor_index()), file.subgraphs()->Get(0)->outputs()->Get(0));
}

TEST(TfliteWrite, KeepsOurMetadataAndTheArithmetic) {
  Model model = with_input({4}, Encoding::per_tensor(DType::I8, 0.5f, 1));
  extend(model, "y", std::make_shared<Unary>(Unary::Kind::Relu));
  model.arithmetic = Arithmetic::LitertRef;
  model.metadata = {{"pare.plan", "sha256:00"}, {"other", "not ours"}};
  const auto again = read(*write(model), {});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->arithmetic, Arithmetic::LitertRef);
  EXPECT_EQ(again->metadata, (std::map<std::string, std::string>{{"pare.plan", "sha256:00"}}));
}

TEST(TfliteWrite, Float16ConstantsStandBehindADequantize) {
  Model model = with_input({1, 2});
  Tensor half(DType::F16, {1, 2});
  half.edit<uint16_t>()[1] = 0x4200;  // 3
  extend(model, "y", std::make_shared<Binary>(Binary::Kind::Add),
         {model.add_constant("c", half, Encoding::plain(DType::F16))});
  EXPECT_EQ(operators(model), "DEQUANTIZE 3, ADD 1");
  const auto again = read(*write(model), {});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->tensor(again->nodes[0].in[1]).data, Tensor::of<float>({1, 2}, {0, 3}));
}

}  // namespace
}  // namespace pare::tflite
