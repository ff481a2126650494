// fuse: an activation becomes a field of the layer that feeds it, so that one kernel does both and the int8 range is
// spent on what is left after clipping. An average over the whole image becomes a mean, whose output may have an
// encoding of its own (an average pool must share its input's, which wastes most of the codes).
#include "compress/passes/rewrite.hpp"
#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/unary/unary.hpp"

namespace pare {
namespace {

std::optional<Activation> activation_of(const Unary& unary) {
  switch (unary.which) {
    case Unary::Kind::Relu: return Activation::Relu;
    case Unary::Kind::Relu6: return Activation::Relu6;
    case Unary::Kind::ReluN1To1: return Activation::ReluN1To1;
    default: return std::nullopt;
  }
}

template <class T>
OpPtr with(const OpPtr& op, Activation activation) {
  const T* layer = as<T>(op);
  if (!layer || layer->activation != Activation::None) return nullptr;
  auto fused = std::make_shared<T>(*layer);
  fused->activation = activation;
  return fused;
}

// The layer with the activation as its field, or null if it cannot take one.
OpPtr fused_layer(const OpPtr& op, Activation activation) {
  if (OpPtr layer = with<Conv2d>(op, activation)) return layer;
  if (OpPtr layer = with<DepthwiseConv2d>(op, activation)) return layer;
  if (OpPtr layer = with<Dense>(op, activation)) return layer;
  return with<Binary>(op, activation);
}

void fuse_activation(Model& model, size_t index, Changes* changes) {
  Node& producer = model.nodes[index];
  const int64_t next = sole_consumer(model, producer.out[0]);
  if (next < 0) return;
  Node& consumer = model.nodes[static_cast<size_t>(next)];
  const Unary* unary = as<Unary>(consumer.op);
  const auto activation = unary ? activation_of(*unary) : std::nullopt;
  OpPtr layer = activation ? fused_layer(producer.op, *activation) : nullptr;
  if (!layer) return;
  note(changes, {"fuse", {producer.name, consumer.name}, producer.name,
                 std::string(unary->kind()) + " fused into " + std::string(producer.op->kind())});
  producer.op = layer;
  const TensorId left = producer.out[0];
  producer.out[0] = consumer.out[0];
  consumer.out[0] = left;
  consumer.in.clear();
}

bool over_whole_image(const Pool2d& pool, const Shape& x) {
  return pool.which == Pool2d::Kind::Average && pool.activation == Activation::None && pool.kernel_h == x[1] &&
         pool.kernel_w == x[2] && pool.pad_top + pool.pad_left + pool.pad_bottom + pool.pad_right == 0;
}

void pool_to_mean(Model& model, Node& node, Changes* changes) {
  const Pool2d* pool = as<Pool2d>(node.op);
  if (!pool || !over_whole_image(*pool, model.tensor(node.in[0]).shape)) return;
  auto mean = std::make_shared<Mean>();
  mean->axes = {1, 2};
  mean->keep_dims = true;
  node.op = mean;
  note(changes, {"fuse", {node.name}, node.name, "average pool over the whole image became a mean"});
}

// A fused consumer was left without operands: drop it before anything looks at it.
void drop_fused(Model& model) {
  std::erase_if(model.nodes, [](const Node& node) { return node.in.empty() && as<Unary>(node.op); });
}

}  // namespace

Result<Model> fuse(const Model& model, Changes* changes) {
  Model fused = model;
  for (size_t i = 0; i < fused.nodes.size(); ++i) {
    pool_to_mean(fused, fused.nodes[i], changes);
    fuse_activation(fused, i, changes);
  }
  drop_fused(fused);
  return without_dead_parts(fused);
}

}  // namespace pare
