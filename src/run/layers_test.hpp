// Models of random int8 layers, for the tests of Programs.
#pragma once

#include <fmt/format.h>

#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/op_test.hpp"

namespace pare::test {

/// A model of int8 layers with random weights and scales.
class Layers {
 public:
  explicit Layers(unsigned seed) : random_(seed) {}

  TensorId input(Shape shape) {
    const TensorId id = model.add({fmt::format("x{}", model.inputs.size()), std::move(shape), "", encoding(), {}});
    model.inputs.push_back(id);
    return id;
  }
  TensorId constant(Shape shape) { return model.add_constant("k", random_.codes(std::move(shape)), encoding()); }

  TensorId conv(TensorId x, int64_t channels, int64_t kernel, int64_t groups = 1, int64_t stride = 1) {
    Conv2d op;
    op.groups = groups;
    op.stride_h = op.stride_w = stride;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = kernel / 2;
    return weighted(op, x, {channels, kernel, kernel, shape(x)[3] / groups}, 0);
  }
  TensorId depthwise(TensorId x, int64_t kernel, int64_t stride = 1, int64_t multiplier = 1) {
    DepthwiseConv2d op;
    op.stride_h = op.stride_w = stride;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = kernel / 2;
    return weighted(op, x, {1, kernel, kernel, shape(x)[3] * multiplier}, 3);
  }
  TensorId dense(TensorId x, int64_t channels) { return weighted(Dense{}, x, {channels, shape(x).back()}, 0); }
  TensorId binary(Binary::Kind kind, TensorId a, TensorId b) {
    return node(std::make_shared<Binary>(kind, random_.integer(0, 1) ? Activation::Relu : Activation::None), {a, b});
  }
  TensorId add(TensorId a, TensorId b) { return binary(Binary::Kind::Add, a, b); }

  const Shape& shape(TensorId id) const { return model.tensor(id).shape; }
  Random& random() { return random_; }

  Model model;

 private:
  Encoding encoding() {
    const float powers[] = {0.0625f, 0.125f};  // with ties
    const float scale = random_.integer(0, 3) ? 0.02f + 0.001f * static_cast<float>(random_.integer(0, 60))
                                              : powers[random_.integer(0, 1)];
    return s8(scale, random_.integer(-20, 20));
  }
  TensorId node(OpPtr op, std::vector<TensorId> in) {
    const std::string name = fmt::format("n{}", model.nodes.size());
    const TensorId y = (*model.append(name, std::move(op), std::move(in)))[0];
    model.tensor(y).encoding = encoding();
    return y;
  }
  template <class T>
  TensorId weighted(const T& op, TensorId x, Shape w, int64_t axis) {
    const int64_t channels = w[static_cast<size_t>(axis)];
    std::vector<float> scales, biases;
    for (int64_t c = 0; c < channels; ++c) {
      scales.push_back(0.004f * static_cast<float>(1 + c % 5));
      biases.push_back(scales.back() * model.tensor(x).encoding.scale[0]);
    }
    const TensorId k =
        model.add_constant("w", random_.codes(std::move(w), -127), Encoding::per_channel(DType::I8, axis, scales));
    const TensorId b =
        model.add_constant("b", random_.biases({channels}, 5000), Encoding::per_channel(DType::I32, 0, biases));
    return node(std::make_shared<T>(op), {x, k, b});
  }

  Random random_;
};

/// All outputs of a run on random inputs.
inline std::vector<std::vector<int>> outputs_of(const Program& program, unsigned seed) {
  Context context(program);
  for (int run = 0; run < 2; ++run) {  // the second on a used arena
    Random random(seed);
    for (size_t i = 0; i < program.model().inputs.size(); ++i)
      context.set_input(i, random.codes(program.model().tensor(program.model().inputs[i]).shape));
    context.run();
  }
  std::vector<std::vector<int>> outputs;
  for (size_t i = 0; i < program.model().outputs.size(); ++i) outputs.push_back(codes(context.output_tensor(i)));
  return outputs;
}

inline Program compiled(const Model& model, const CompileOptions& options) {
  Result<Program> program = Program::compile(model, options);
  EXPECT_TRUE(program) << program.error().message();
  return *program;
}

}  // namespace pare::test
