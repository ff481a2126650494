#include "layer.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>
#include <sstream>

#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"

namespace pare::bench_layers {
namespace {

constexpr float kInputScale = 0.02f, kWeightScale = 0.004f;

Result<Layer> parse(const std::string& line) {
  Layer layer;
  std::stringstream parts(line);
  std::getline(parts, layer.op, ',');
  for (int64_t* field :
       {&layer.h, &layer.w, &layer.ci, &layer.co, &layer.kernel_h, &layer.kernel_w, &layer.stride_h, &layer.stride_w,
        &layer.pad_top, &layer.pad_left, &layer.pad_bottom, &layer.pad_right, &layer.dilation_h, &layer.dilation_w}) {
    char comma = 0;
    if (!(parts >> *field >> comma) || comma != ',')
      return Error{Code::InvalidArgument, "layers.csv", "'" + line + "'", "an operator, 14 numbers and networks", ""};
  }
  std::getline(parts, layer.networks);
  return layer;
}

Tensor random_codes(Shape shape, std::mt19937& random) {
  Tensor t(DType::I8, std::move(shape));
  for (int8_t& code : t.edit<int8_t>()) code = static_cast<int8_t>(static_cast<int>(random() % 255) - 127);
  return t;
}

Tensor random_biases(int64_t count, std::mt19937& random) {
  Tensor t(DType::I32, {count});
  for (int32_t& bias : t.edit<int32_t>()) bias = static_cast<int32_t>(random() % 2001) - 1000;
  return t;
}

template <class Window>
OpPtr window_of(const Layer& layer) {
  auto op = std::make_shared<Window>();
  op->stride_h = layer.stride_h;
  op->stride_w = layer.stride_w;
  op->dilation_h = layer.dilation_h;
  op->dilation_w = layer.dilation_w;
  op->pad_top = layer.pad_top;
  op->pad_left = layer.pad_left;
  op->pad_bottom = layer.pad_bottom;
  op->pad_right = layer.pad_right;
  return op;
}

OpPtr op_of(const Layer& layer) {
  if (layer.dense()) return std::make_shared<Dense>();
  return layer.depthwise() ? window_of<DepthwiseConv2d>(layer) : window_of<Conv2d>(layer);
}

Shape weight_shape(const Layer& layer) {
  if (layer.dense()) return {layer.co, layer.ci};
  if (layer.depthwise()) return {1, layer.kernel_h, layer.kernel_w, layer.co};
  return {layer.co, layer.kernel_h, layer.kernel_w, layer.ci};
}

}  // namespace

std::string Layer::name() const {
  if (dense()) return fmt::format("dense {} to {}", ci, co);
  const std::string stride = stride_h == 1 && stride_w == 1 ? "" : fmt::format(" s{}", std::max(stride_h, stride_w));
  return fmt::format("{} {}x{} {}x{}x{}{}{}", depthwise() ? "dw" : "conv", kernel_h, kernel_w, h, w, ci,
                     depthwise() ? "" : fmt::format(" to {}", co), stride);
}

Result<std::vector<Layer>> read_layers(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return Error{Code::Io, path, "not readable, or empty", "a table of layers", ""};
  std::vector<Layer> layers;
  while (std::getline(file, line)) {
    PARE_TRY(Layer layer, parse(line));
    layers.push_back(std::move(layer));
  }
  return layers;
}

Result<Model> model_of(const Layer& layer) {
  std::mt19937 random(1);
  Model model;
  const Shape in = layer.dense() ? Shape{1, layer.ci} : Shape{1, layer.h, layer.w, layer.ci};
  const auto channels = static_cast<size_t>(layer.co);
  std::vector<float> scales, bias_scales;
  for (size_t c = 0; c < channels; ++c) {
    scales.push_back(kWeightScale * static_cast<float>(1 + c % 5));
    bias_scales.push_back(kInputScale * scales.back());
  }
  model.arithmetic = Arithmetic::Litert;
  model.inputs = {
      model.add({"x", in, layer.dense() ? "nf" : "nhwc", Encoding::per_tensor(DType::I8, kInputScale, -5), {}})};
  const TensorId w = model.add_constant("w", random_codes(weight_shape(layer), random),
                                        Encoding::per_channel(DType::I8, layer.depthwise() ? 3 : 0, scales));
  const TensorId b =
      model.add_constant("b", random_biases(layer.co, random), Encoding::per_channel(DType::I32, 0, bias_scales));
  PARE_TRY(model.outputs, model.append("y", op_of(layer), {model.inputs[0], w, b}));
  model.tensor(model.outputs[0]).encoding = Encoding::per_tensor(DType::I8, 0.15f, 11);
  return model;
}

Tensor input_of(const Model& model) {
  std::mt19937 random(2);
  return random_codes(model.tensor(model.inputs[0]).shape, random);
}

}  // namespace pare::bench_layers
