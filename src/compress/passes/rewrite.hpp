// What passes share: looking at neighbours and rewiring.
#pragma once

#include "pare/compress.hpp"
#include "pare/op.hpp"

namespace pare {

/// The only node that reads `id`, or -1 if there are several, none, or it is an output of the model.
int64_t sole_consumer(const Model& model, TensorId id);
/// Every use of `from` (nodes and outputs) becomes a use of `to`.
void replace_uses(Model& model, TensorId from, TensorId to);
/// The node's operand as reals. The operand is a constant.
Tensor real_operand(const Model& model, const Node& node, size_t index);
/// Puts a float constant in the place of operand `index` (appended if absent).
void set_real_operand(Model& model, Node& node, size_t index, const std::string& name, Tensor value);
/// True if operand `index` is there and constant.
bool has_constant(const Model& model, const Node& node, size_t index);
/// Records a change if anyone listens.
void note(Changes* changes, Change change);

}  // namespace pare
