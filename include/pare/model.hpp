// The Model: a graph of Ops over tensors, as a value. Passes take one and return one; weights are shared between copies.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pare/numerics.hpp"

namespace pare {

class Op;
using OpPtr = std::shared_ptr<const Op>;

/// Index into Model::tensors; kNoTensor stands for an optional operand that is absent.
using TensorId = int32_t;
inline constexpr TensorId kNoTensor = -1;

/// One tensor of the graph.
struct TensorInfo {
  std::string name;  ///< the source's name
  Shape shape;
  std::string axes;  ///< a letter an axis (n c d h w t f), or empty if unknown
  Encoding encoding;
  Tensor data;  ///< the stored elements of a constant, else empty

  bool constant() const { return !data.empty(); }
};

/// One operation. Operand meanings are the Op's.
struct Node {
  std::string name;
  OpPtr op;
  std::vector<TensorId> in, out;
};

/// A network. `nodes` are in execution order: a node's operands are constants, inputs or outputs of earlier nodes.
struct Model {
  std::string name;
  std::vector<TensorInfo> tensors;
  std::vector<Node> nodes;
  std::vector<TensorId> inputs, outputs;
  Arithmetic arithmetic = Arithmetic::None;    ///< of a model with integer activations
  std::map<std::string, std::string> metadata;  ///< kept from and written to files

  TensorInfo& tensor(TensorId id) { return tensors[static_cast<size_t>(id)]; }
  const TensorInfo& tensor(TensorId id) const { return tensors[static_cast<size_t>(id)]; }
  TensorId add(TensorInfo info);
  /// A constant named `name`.
  TensorId add_constant(std::string name, Tensor data, Encoding encoding);
  /// Appends a node whose outputs are new tensors with inferred shapes (plain encodings of inferred type), named
  /// `name` (and `name:1`, ...), and returns them. Errors: the Op's own.
  Result<std::vector<TensorId>> append(std::string name, OpPtr op, std::vector<TensorId> in);
  /// Index of the node that makes the tensor, or -1.
  int64_t producer(TensorId id) const;
  /// Indices of the nodes that read the tensor, in order.
  std::vector<int64_t> consumers(TensorId id) const;
  bool is_output(TensorId id) const;
  /// True if some activation is stored as integers with a scale.
  bool quantized() const;
};

/// All problems of a Model at once, empty if there are none: dangling ids, order, shapes that do not follow from the
/// operands, encodings without scales, constants whose bytes do not match, NaN or infinite weights.
std::vector<Error> problems(const Model& model);
/// The first of problems() as an error that counts the others.
Result<void> verify(const Model& model);
/// A readable form: one line a node, `name = op(operands) {fields} : shape encoding`.
std::string print(const Model& model);
/// Removes nodes whose outputs nobody reads, and tensors that no node names. Ids change.
Model without_dead_parts(const Model& model);

}  // namespace pare
