#include <gtest/gtest.h>

#include "ops/conv2d/conv2d.hpp"
#include "pare/emit.hpp"

namespace pare {
namespace {

TensorInfo tensor(const char* name, Shape shape, Encoding encoding) {
  return {.name = name, .shape = std::move(shape), .axes = "", .encoding = std::move(encoding), .data = {}};
}

// A 1x1 convolution of a 2x2 image; `type` is that of the activations.
Model one_layer(DType type) {
  const bool integer = type == DType::I8;
  const Encoding x = integer ? Encoding::per_tensor(DType::I8, 0.5f, 3) : Encoding::plain(DType::F32);
  const Encoding w = integer ? Encoding::per_channel(DType::I8, 0, {0.25f}) : Encoding::plain(DType::F32);
  const Tensor weight = integer ? Tensor::of<int8_t>({1, 1, 1, 1}, {5}) : Tensor::of<float>({1, 1, 1, 1}, {5});
  Model model;
  model.name = "one";
  model.arithmetic = integer ? Arithmetic::Tflm : Arithmetic::None;
  model.inputs = {model.add(tensor("x", {1, 2, 2, 1}, x))};
  const TensorId weights = model.add_constant("w", weight, w);
  model.outputs = {model.add(tensor("y", {1, 2, 2, 1}, x))};
  model.nodes.push_back({"conv", std::make_shared<Conv2d>(), {model.inputs[0], weights}, model.outputs});
  return model;
}

Result<Program> portable(const Model& model) {
  return Program::compile(model, {.arithmetic = Arithmetic::None, .isa = Isa::Portable, .keep_all = false});
}

std::string text_of(const std::vector<EmittedFile>& files, const std::string& path) {
  for (const EmittedFile& file : files)
    if (file.path == path) return file.text;
  return "";
}

TEST(EmitC, writes_arguments_and_only_the_kernels_that_are_used) {
  const auto program = portable(one_layer(DType::I8));
  ASSERT_TRUE(program) << program.error().message();
  const Tensor x = Tensor::of<int8_t>({1, 2, 2, 1}, {1, 2, 3, 4});
  const auto files = emit_c(*program, std::vector<TestVector>{{{x}, {x}}});
  ASSERT_TRUE(files) << files.error().message();
  const std::string source = text_of(*files, "model.c");
  EXPECT_NE(source.find("static const int8_t node0_weights[1] = {\n  5};"), std::string::npos) << source;
  EXPECT_NE(source.find(".bias = NULL"), std::string::npos);
  EXPECT_NE(source.find("pare_conv2d_s8(&node0_args, &node0_io);"), std::string::npos);
  EXPECT_NE(text_of(*files, "model.h").find("int pare_run(const int8_t* in, int8_t* out);"), std::string::npos);
  EXPECT_NE(text_of(*files, "kernels/rounding.h"), "");
  EXPECT_EQ(text_of(*files, "kernels/softmax_s8.c"), "");
}

TEST(EmitC, refuses_a_kernel_without_c_form_and_names_its_node) {
  const auto program = portable(one_layer(DType::F32));
  ASSERT_TRUE(program) << program.error().message();
  const auto files = emit_c(*program, {});
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Code::Unsupported);
  EXPECT_EQ(files.error().place, "node 'conv' (conv2d)");
}

TEST(EmitC, refuses_vectors_that_do_not_fit) {
  const auto program = portable(one_layer(DType::I8));
  ASSERT_TRUE(program) << program.error().message();
  const Tensor x = Tensor::of<int8_t>({1, 2, 1, 1}, {1, 2});
  EXPECT_FALSE(emit_c(*program, std::vector<TestVector>{{{x}, {x}}}));
  EXPECT_FALSE(emit_c(*program, {}));
}

}  // namespace
}  // namespace pare
