// One operator of a TFLite file on its way to nodes of the Model. What the table of operators (ops.hpp) reads with.
#pragma once

#include <string>
#include <vector>

#include "formats/tflite/source.hpp"

namespace pare::tflite {

/// An operator whose operands were counted: those that its row demands are present, and it has one output.
class OpReader {
 public:
  /// @param inferred  shapes of outputs follow from the operands, because an input was given another shape
  OpReader(Model& model, const fb::Operator& op, std::string name, bool inferred)
      : model_(model), op_(op), name_(std::move(name)), inferred_(inferred) {}

  /// The operand counts are in [least, most], the ids exist, and no extent is below 1. Errors: InvalidModel.
  Result<void> check(size_t least, size_t most) const;
  /// "node 'name' (CONV_2D)".
  std::string place() const;

  size_t operand_count() const { return size_of(op_.inputs()); }
  /// Ids of the first `count` operands; fewer if the operator has fewer, without absent ones at the end.
  std::vector<TensorId> operands(size_t count) const;
  TensorId operand_id(size_t i) const { return op_.inputs()->Get(static_cast<flatbuffers::uoffset_t>(i)); }
  const TensorInfo& operand(size_t i) const { return model_.tensor(operand_id(i)); }
  TensorInfo& output() const { return model_.tensor(op_.outputs()->Get(0)); }
  /// The first operand's extents, rank `rank`. Errors: InvalidModel.
  Result<Shape> shape(size_t i, size_t rank) const;
  /// The elements of a constant integer operand, each within 32 bits. Errors: Unsupported if it is computed.
  Result<std::vector<int64_t>> numbers(size_t i) const;
  /// `axis`, counted from the front. Errors: InvalidModel if the first operand has no such axis.
  Result<int64_t> axis_from_front(int64_t axis) const;

  /// The operator's options. Errors: InvalidModel if they are absent or another operator's.
  template <class T>
  Result<const T*> options() const {
    if (const T* options = options_if_any<T>()) return options;
    return Error{Code::InvalidModel, "", "no options, or another operator's", "its own", ""};
  }
  /// The same, or null.
  template <class T>
  const T* options_if_any() const {
    return op_.builtin_options_as<T>();
  }
  /// Errors: Unsupported for TANH and SIGN_BIT.
  Result<Activation> activation(fb::ActivationFunctionType type) const;

  /// Adds a node that makes the operator's output from `in`.
  Result<void> add(OpPtr op, std::vector<TensorId> in);
  /// The same, followed by a node for `activation` unless that is None. For an Op without such a field.
  Result<void> add(OpPtr op, std::vector<TensorId> in, Activation activation);
  /// Adds a node that makes a new tensor named `<output>/<suffix>`, encoded as the output, and returns its id.
  Result<TensorId> add_inner(OpPtr op, std::vector<TensorId> in, const std::string& suffix);
  /// The output is the constant `data`; no node is added.
  void fold(Tensor data);

 private:
  Result<Shape> infer(const Op& op, const std::vector<TensorId>& in) const;

  Model& model_;
  const fb::Operator& op_;
  std::string name_;
  bool inferred_;
};

}  // namespace pare::tflite
