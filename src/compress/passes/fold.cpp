// fold: what is known before the first sample is computed once, here.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compress/passes/rewrite.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/move/move.hpp"
#include "pare/run.hpp"

namespace pare {
namespace {

// ---- constants

bool all_constant(const Model& model, const Node& node) {
  return std::all_of(node.in.begin(), node.in.end(),
                     [&](TensorId id) { return id == kNoTensor || model.tensor(id).constant(); });
}

Result<void> fold_constant(Model& model, const Node& node, Changes* changes) {
  Model alone;
  alone.name = node.name;
  Node copy{node.name, node.op, {}, {}};
  for (const TensorId id : node.in) copy.in.push_back(id == kNoTensor ? id : alone.add(model.tensor(id)));
  for (const TensorId id : node.out) copy.out.push_back(alone.add(model.tensor(id)));
  alone.outputs = copy.out;
  alone.nodes.push_back(std::move(copy));
  PARE_TRY(const Program program, Program::compile(alone, {.isa = Isa::Portable}));
  Context context(program);
  context.run();
  for (size_t i = 0; i < node.out.size(); ++i) model.tensor(node.out[i]).data = context.output_tensor(i);
  note(changes, {"fold", {node.name}, "", "computed once: all its operands are constants"});
  return {};
}

Result<void> fold_constants(Model& model, Changes* changes) {
  std::vector<Node> kept;
  for (const Node& node : model.nodes) {
    if (!all_constant(model, node) || model.tensor(node.out[0]).encoding.affine()) {
      kept.push_back(node);
      continue;
    }
    PARE_TRY(fold_constant(model, node, changes));
  }
  model.nodes = std::move(kept);
  return {};
}

// ---- scale and shift per channel: batch normalization, multiplication or addition by a constant

/// y_c = factor_c x_c + offset_c
struct ChannelAffine {
  std::vector<float> factor, offset;
};

std::optional<ChannelAffine> affine_of_batch_norm(const Model& model, const Node& node) {
  const auto* op = as<BatchNorm>(node.op);
  if (!op) return std::nullopt;
  for (size_t i = 1; i < 5; ++i)
    if (!has_constant(model, node, i)) return std::nullopt;
  const Tensor gamma = real_operand(model, node, 1), beta = real_operand(model, node, 2);
  const Tensor mean = real_operand(model, node, 3), variance = real_operand(model, node, 4);
  ChannelAffine affine;
  for (size_t c = 0; c < gamma.view<float>().size(); ++c) {
    const double factor = gamma.view<float>()[c] / std::sqrt(static_cast<double>(variance.view<float>()[c]) + op->epsilon);
    affine.factor.push_back(static_cast<float>(factor));
    affine.offset.push_back(static_cast<float>(beta.view<float>()[c] - factor * mean.view<float>()[c]));
  }
  return affine;
}

// Where a layer's output channels lie in its weights: element i belongs to channel i / inner % channels.
struct WeightChannels {
  int64_t inner, channels;
};

std::optional<WeightChannels> weight_channels(const Model& model, const Node& node) {
  const Contract contract = node.op->contract();
  if (contract.weights < 0 || !has_constant(model, node, static_cast<size_t>(contract.weights))) return std::nullopt;
  const Shape& w = model.tensor(node.in[static_cast<size_t>(contract.weights)]).shape;
  int64_t inner = 1;
  for (size_t i = static_cast<size_t>(contract.channel_axis) + 1; i < w.size(); ++i) inner *= w[i];
  return WeightChannels{inner, w[static_cast<size_t>(contract.channel_axis)]};
}

bool has_activation(const OpPtr& op) {
  if (const auto* conv = as<Conv2d>(op)) return conv->activation != Activation::None;
  if (const auto* conv = as<DepthwiseConv2d>(op)) return conv->activation != Activation::None;
  if (const auto* dense = as<Dense>(op)) return dense->activation != Activation::None;
  return true;
}

void scale_layer(Model& model, Node& layer, const WeightChannels& w, const ChannelAffine& affine) {
  const Contract contract = layer.op->contract();
  const auto weights = static_cast<size_t>(contract.weights), bias = static_cast<size_t>(contract.bias);
  Tensor scaled = real_operand(model, layer, weights);
  auto values = scaled.edit<float>();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] *= affine.factor[static_cast<size_t>(static_cast<int64_t>(i) / w.inner % w.channels)];
  const bool had_bias = has_constant(model, layer, bias);
  Tensor shifted = had_bias ? real_operand(model, layer, bias) : Tensor(DType::F32, {w.channels});
  auto offsets = shifted.edit<float>();
  for (size_t c = 0; c < offsets.size(); ++c) offsets[c] = offsets[c] * affine.factor[c] + affine.offset[c];
  set_real_operand(model, layer, weights, model.tensor(layer.in[weights]).name, std::move(scaled));
  set_real_operand(model, layer, bias, had_bias ? model.tensor(layer.in[bias]).name : layer.name + ":bias", std::move(shifted));
}

// Into the layer before it, if nobody else reads that layer's output.
bool fold_backwards(Model& model, Node& node, const ChannelAffine& affine) {
  const int64_t before = model.producer(node.in[0]);
  if (before < 0 || sole_consumer(model, node.in[0]) < 0) return false;
  Node& layer = model.nodes[static_cast<size_t>(before)];
  const auto channels = weight_channels(model, layer);
  if (!channels || channels->channels != static_cast<int64_t>(affine.factor.size()) || has_activation(layer.op)) return false;
  if (model.tensor(layer.out[0]).shape.back() != channels->channels) return false;
  scale_layer(model, layer, *channels, affine);
  const TensorId mine = node.out[0];
  node.out[0] = layer.out[0];
  layer.out[0] = mine;
  node.in.clear();
  return true;
}

// A scale and shift of its own: the 1x1 depthwise convolution with these weights, which has an integer form.
void to_depthwise(Model& model, Node& node, const ChannelAffine& affine) {
  const auto channels = static_cast<int64_t>(affine.factor.size());
  node.in.resize(1);
  node.op = std::make_shared<DepthwiseConv2d>();
  set_real_operand(model, node, 1, node.name + ":factor", Tensor::of<float>({1, 1, 1, channels}, affine.factor));
  set_real_operand(model, node, 2, node.name + ":offset", Tensor::of<float>({channels}, affine.offset));
}

void fold_batch_norms(Model& model, Changes* changes) {
  for (Node& node : model.nodes) {
    const auto affine = affine_of_batch_norm(model, node);
    if (!affine) continue;
    const int64_t before = model.producer(node.in[0]);
    const auto* norm = as<BatchNorm>(node.op);
    const Shape& shape = model.tensor(node.in[0]).shape;
    const bool last = norm->axis + 1 == static_cast<int64_t>(shape.size());
    if (last && fold_backwards(model, node, *affine)) {
      const std::string layer = model.nodes[static_cast<size_t>(before)].name;
      note(changes, {"fold", {layer, node.name}, layer, "batch_norm folded into the layer before it"});
    } else if (last && shape.size() == 4) {
      to_depthwise(model, node, *affine);
      note(changes, {"fold", {node.name}, node.name, "batch_norm became a 1x1 depthwise convolution"});
    }
  }
  std::erase_if(model.nodes, [](const Node& node) { return node.in.empty() && as<BatchNorm>(node.op); });
}

// ---- padding into the convolution behind it

template <class T>
OpPtr padded(const OpPtr& op, const Pad& pad) {
  const T* conv = as<T>(op);
  if (!conv) return nullptr;
  auto wide = std::make_shared<T>(*conv);
  wide->pad_top += pad.before[1];
  wide->pad_left += pad.before[2];
  wide->pad_bottom += pad.after[1];
  wide->pad_right += pad.after[2];
  return wide;
}

bool pads_space_with_zeros(const Pad& pad) {
  return pad.value == 0 && pad.before.size() == 4 && pad.before[0] + pad.before[3] + pad.after[0] + pad.after[3] == 0 &&
         std::all_of(pad.before.begin(), pad.before.end(), [](int64_t n) { return n >= 0; }) &&
         std::all_of(pad.after.begin(), pad.after.end(), [](int64_t n) { return n >= 0; });
}

void fold_pads(Model& model, Changes* changes) {
  for (Node& node : model.nodes) {
    const auto* pad = as<Pad>(node.op);
    if (!pad || !pads_space_with_zeros(*pad)) continue;
    const int64_t next = sole_consumer(model, node.out[0]);
    if (next < 0) continue;
    Node& conv = model.nodes[static_cast<size_t>(next)];
    OpPtr wide = padded<Conv2d>(conv.op, *pad);
    if (!wide) wide = padded<DepthwiseConv2d>(conv.op, *pad);
    if (!wide) continue;
    conv.op = wide;
    conv.in[0] = node.in[0];
    note(changes, {"fold", {node.name, conv.name}, conv.name, "pad folded into the convolution"});
  }
}

// ---- reshapes

void fold_reshapes(Model& model, Changes* changes) {
  for (Node& node : model.nodes) {
    if (!as<Reshape>(node.op)) continue;
    const int64_t before = model.producer(node.in[0]);
    if (before >= 0 && as<Reshape>(model.nodes[static_cast<size_t>(before)].op))
      node.in[0] = model.nodes[static_cast<size_t>(before)].in[0];
    if (model.tensor(node.in[0]).shape != model.tensor(node.out[0]).shape || model.is_output(node.out[0])) continue;
    replace_uses(model, node.out[0], node.in[0]);
    note(changes, {"fold", {node.name}, "", "reshape to the same shape removed"});
  }
}

}  // namespace

Result<Model> fold(const Model& model, Changes* changes) {
  Model folded = model;
  PARE_TRY(fold_constants(folded, changes));
  fold_batch_norms(folded, changes);
  fold_pads(folded, changes);
  fold_reshapes(folded, changes);
  return without_dead_parts(folded);
}

}  // namespace pare
