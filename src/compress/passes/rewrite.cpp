#include "compress/passes/rewrite.hpp"

#include <algorithm>

namespace pare {

int64_t sole_consumer(const Model& model, TensorId id) {
  if (model.is_output(id)) return -1;
  const std::vector<int64_t> readers = model.consumers(id);
  return readers.size() == 1 ? readers.front() : -1;
}

void replace_uses(Model& model, TensorId from, TensorId to) {
  for (Node& node : model.nodes) std::replace(node.in.begin(), node.in.end(), from, to);
  std::replace(model.outputs.begin(), model.outputs.end(), from, to);
}

Tensor real_operand(const Model& model, const Node& node, size_t index) {
  const TensorInfo& t = model.tensor(node.in[index]);
  return dequantize(t.data, t.encoding);
}

void set_real_operand(Model& model, Node& node, size_t index, const std::string& name, Tensor value) {
  const TensorId id = model.add_constant(name, std::move(value), Encoding::plain(DType::F32));
  if (node.in.size() <= index) node.in.resize(index + 1, kNoTensor);
  node.in[index] = id;
}

bool has_constant(const Model& model, const Node& node, size_t index) {
  return node.in.size() > index && node.in[index] != kNoTensor && model.tensor(node.in[index]).constant();
}

void note(Changes* changes, Change change) {
  if (changes) changes->push_back(std::move(change));
}

}  // namespace pare
