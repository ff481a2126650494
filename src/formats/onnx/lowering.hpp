// Lowering: a Source becomes a Model, node by node, in the file's order.
//
// A node whose operands are all constants is computed at once if the folding table (fold.hpp) has it, so shape
// arithmetic leaves no trace. Any other node is turned into Ops by its row of the operator tables (ops.hpp). What has
// no row is collected, and everything that depends on it is passed over, so that one error lists all of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/onnx/shapes.hpp"
#include "formats/onnx/source.hpp"
#include "pare/formats.hpp"
#include "pare/op.hpp"

namespace pare::onnx {

/// What is known of a tensor while reading.
struct Value {
  Tensor data;              ///< of a constant, else empty
  Encoding encoding;        ///< of `data`: affine if DequantizeLinear made it
  TensorId id = kNoTensor;  ///< in the Model; a constant gets one when a node first reads it as it is
  bool unknown = false;     ///< made by an operator that is not supported

  bool constant() const { return !data.empty(); }
};

/// The constant with its axes in the order `perm`; channels keep their scales.
Result<Value> permuted(const Value& constant, const std::vector<int64_t>& perm);
/// The constant under another shape of equal count. A channel axis must keep its place and extent.
Value reshaped(const Value& constant, Shape shape);
/// A float constant.
Value constant_of(Tensor reals);

/// The state of reading one file.
class Lowering {
 public:
  Lowering(const Source& source, const ReadOptions& options) : source_(source), options_(options) {}
  /// Errors: the file's first fault; or Unsupported with all operators that are not supported.
  Result<Model> run();

 private:
  friend class Call;
  Result<void> add_inputs();
  Result<void> add_input(const SourceValue& input);
  std::vector<const SourceNode*> live_nodes();
  Result<void> take(const SourceNode& node);
  Result<void> expect_results(const SourceNode& node) const;
  Result<void> check_operands(const SourceNode& node) const;
  Result<void> apply(const SourceNode& node);
  Result<void> add_outputs();
  Result<TensorId> output_named(const std::string& name);
  bool any_unknown(const SourceNode& node) const;
  bool all_constant(const SourceNode& node) const;
  void pass_over(const SourceNode& node);
  Error unsupported() const;

  const Source& source_;
  const ReadOptions& options_;
  Model model_;
  std::map<std::string, Value> values_;
  std::set<std::string_view> wanted_;  ///< names that some output depends on
  std::vector<std::string> unsupported_;
  int64_t folded_bytes_ = 0;
};

/// One node on its way: its operands, its attributes, and the means to add what it becomes.
class Call {
 public:
  Call(Lowering& graph, const SourceNode& node);

  const SourceNode& node() const { return node_; }
  int64_t opset() const { return graph_.source_.opset; }
  size_t operand_count() const { return node_.in.size(); }
  size_t output_count() const { return node_.out.size(); }

  // --- operands
  /// Is operand `index` there?
  bool has(size_t index) const;
  /// Operands below `least` are there. Errors: InvalidModel.
  Result<void> expect(size_t least) const;
  /// A present operand as it is known.
  const Value& value(size_t index) const;
  const Shape& shape(size_t index) const;
  int64_t rank(size_t index) const { return static_cast<int64_t>(shape(index).size()); }
  const Encoding& encoding(size_t index) const;
  /// A present operand as a tensor of the Model, constant or not.
  TensorId tensor(size_t index);
  /// A present operand as a constant. Errors: Unsupported if it is computed at run time.
  Result<Value> constant(size_t index) const;
  /// Its numbers, reals if it is affine. Errors: as constant.
  Result<Tensor> numbers(size_t index) const;
  /// Its reals in f32. Errors: as constant.
  Result<Tensor> reals(size_t index) const;
  /// Its integers. Errors: as constant; InvalidModel if they are reals.
  Result<std::vector<int64_t>> integers(size_t index) const;
  /// Operand `index` if it is there, else the attribute, else nothing.
  Result<std::optional<std::vector<int64_t>>> integers(size_t index, std::string_view attribute) const;

  // --- results
  /// Appends a node. With an empty `suffix` it carries the source node's name; else it is a helper, named with it.
  /// Its tensor is named after the source's first output and `suffix`. Moves keep the operand's Encoding.
  Result<TensorId> add(OpPtr op, std::vector<TensorId> in, std::string_view suffix = "");
  /// The same, where the node has the source's name but its tensor an inner one.
  Result<TensorId> add_inner(OpPtr op, std::vector<TensorId> in, std::string_view tensor_suffix);
  /// A constant of the Model, named after operand `index`.
  TensorId add_constant(const Value& constant, size_t index);
  /// A float constant that the source does not have, named after the first output.
  TensorId add_constant(Tensor reals, std::string_view suffix);
  /// Output number `output` of the source's node is this tensor; one that this node made gets the output's name.
  void bind(TensorId id, size_t output = 0);
  /// Output number `output` is this constant. Errors: Unsupported if folding has grown beyond its limit.
  Result<void> bind(Value constant, size_t output = 0);
  Result<void> bind(Tensor constant, size_t output = 0);
  /// The only result is `op` of `in`.
  Result<void> become(OpPtr op, std::vector<TensorId> in);

  Model& model() { return graph_.model_; }
  TensorInfo& info(TensorId id) { return graph_.model_.tensor(id); }

 private:
  Result<TensorId> append(OpPtr op, std::vector<TensorId> in, std::string node_name, std::string tensor_name);

  Lowering& graph_;
  const SourceNode& node_;
  TensorId first_new_;
};

/// A row of the folding or of an operator table.
struct Row {
  std::string_view type;
  Result<void> (*lower)(Call& call);
  /// Is it defined on stored integers too? Operators that compute take reals only.
  bool any_type = false;
};

/// The reason why a form of an operator is not supported.
Error unsupported(std::string found, std::string expected = "");
Error invalid(std::string found, std::string expected = "");

}  // namespace pare::onnx
