#include "pare/model.hpp"

#include <algorithm>

#include "pare/op.hpp"

namespace pare {
namespace {

Operands operands(const Model& model, const std::vector<TensorId>& ids) {
  Operands list;
  for (const TensorId id : ids) list.push_back(id == kNoTensor ? nullptr : &model.tensor(id));
  return list;
}

bool names(const std::vector<TensorId>& ids, TensorId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

}  // namespace

TensorId Model::add(TensorInfo info) {
  tensors.push_back(std::move(info));
  return static_cast<TensorId>(tensors.size() - 1);
}

TensorId Model::add_constant(std::string constant_name, Tensor data, Encoding encoding) {
  Shape shape = data.shape();
  return add({std::move(constant_name), std::move(shape), "", std::move(encoding), std::move(data)});
}

Result<std::vector<TensorId>> Model::append(std::string node_name, OpPtr op, std::vector<TensorId> in) {
  auto types = op->infer(operands(*this, in));
  if (!types) return types.error().at("node '" + node_name + "'");
  std::vector<TensorId> out;
  for (size_t i = 0; i < types->size(); ++i)
    out.push_back(add({i == 0 ? node_name : node_name + ":" + std::to_string(i), (*types)[i].shape, "",
                       Encoding::plain((*types)[i].type), {}}));
  nodes.push_back({std::move(node_name), std::move(op), std::move(in), out});
  return out;
}

int64_t Model::producer(TensorId id) const {
  for (size_t i = 0; i < nodes.size(); ++i)
    if (names(nodes[i].out, id)) return static_cast<int64_t>(i);
  return -1;
}

std::vector<int64_t> Model::consumers(TensorId id) const {
  std::vector<int64_t> list;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (names(nodes[i].in, id)) list.push_back(static_cast<int64_t>(i));
  return list;
}

bool Model::is_output(TensorId id) const { return names(outputs, id); }

bool Model::quantized() const {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const TensorInfo& t) { return !t.constant() && t.encoding.affine(); });
}

namespace {

// Nodes that some output depends on, found from the back.
std::vector<bool> live_nodes(const Model& model) {
  std::vector<bool> wanted(model.tensors.size(), false), live(model.nodes.size(), false);
  for (const TensorId id : model.outputs) wanted[static_cast<size_t>(id)] = true;
  for (size_t i = model.nodes.size(); i-- > 0;) {
    const Node& node = model.nodes[i];
    live[i] = std::any_of(node.out.begin(), node.out.end(),
                          [&](TensorId id) { return id != kNoTensor && wanted[static_cast<size_t>(id)]; });
    if (!live[i]) continue;
    for (const TensorId id : node.in)
      if (id != kNoTensor) wanted[static_cast<size_t>(id)] = true;
  }
  return live;
}

}  // namespace

Model without_dead_parts(const Model& model) {
  Model lean = model;
  lean.tensors.clear();
  lean.nodes.clear();
  std::vector<TensorId> renamed(model.tensors.size(), kNoTensor);
  const auto keep = [&](TensorId id) {
    if (id == kNoTensor) return kNoTensor;
    TensorId& mine = renamed[static_cast<size_t>(id)];
    if (mine == kNoTensor) mine = lean.add(model.tensor(id));
    return mine;
  };
  const auto keep_all = [&](const std::vector<TensorId>& ids) {
    std::vector<TensorId> list;
    for (const TensorId id : ids) list.push_back(keep(id));
    return list;
  };
  lean.inputs = keep_all(model.inputs);
  const std::vector<bool> live = live_nodes(model);
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    const Node& node = model.nodes[i];
    if (live[i]) lean.nodes.push_back({node.name, node.op, keep_all(node.in), keep_all(node.out)});
  }
  lean.outputs = keep_all(model.outputs);
  return lean;
}

}  // namespace pare
