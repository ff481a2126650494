// The Model on its way to a TFLite file: FileBuilder holds the growing tables, OpWriter one node of the Model.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/tflite/schema.hpp"

namespace pare::tflite {

/// Index of a tensor in the file; -1 for an absent operand.
using FileId = int32_t;

/// The tables of a file under construction. Tensors stand in the order of their first use.
class FileBuilder {
 public:
  /// @param model  verified, its types all in the format; outlives the builder
  explicit FileBuilder(const Model& model);

  const Model& model() const { return model_; }
  /// The tensor of the file for a tensor of the Model; kNoTensor gives -1.
  FileId tensor(TensorId id);
  /// The same, behind a DEQUANTIZE if it is a float16 constant: what operators take.
  FileId operand(TensorId id);
  /// A tensor that the Model does not have, named `name` or, if that is taken, `name#2`; `data` empty if it is computed.
  FileId add_new(const std::string& name, const Shape& shape, const Encoding& encoding, const Tensor& data);
  /// Appends an operator, with the version that its operands need.
  void add_operator(fb::BuiltinOperator code, fb::BuiltinOptionsUnion options, std::vector<FileId> in, FileId out);
  /// Inputs, outputs and their signature, metadata; then the bytes, a pure function of the Model.
  /// Errors: Unsupported above 2 GB.
  Result<std::vector<std::byte>> finish();

 private:
  FileId add_tensor(const std::string& name, const Shape& shape, const Encoding& encoding, const Tensor& data);
  uint32_t add_buffer(const std::byte* bytes, size_t count);
  uint32_t operator_index(fb::BuiltinOperator code, int32_t version);
  std::string unused_name(const std::string& wanted);
  void add_signature();
  void add_metadata(const std::string& name, std::string_view text);
  void add_all_metadata();

  const Model& model_;
  fb::ModelT file_;
  fb::SubGraphT* graph_;
  std::map<TensorId, FileId> ids_, widened_;
  std::map<std::string_view, uint32_t> buffers_;  ///< by content, which lies in file_
  std::set<std::string> names_;
  int64_t buffer_bytes_ = 0;
};

/// One node. What the table of operators (ops.hpp) writes with.
class OpWriter {
 public:
  OpWriter(FileBuilder& file, const Node& node) : file_(file), node_(node) {}

  template <class T>
  const T& op() const {
    return static_cast<const T&>(*node_.op);
  }
  const TensorInfo& in(size_t i) const { return file_.model().tensor(node_.in[i]); }
  const TensorInfo& out() const { return file_.model().tensor(node_.out[0]); }
  /// The node's operands in the file, without absent ones at the end.
  std::vector<FileId> operands();
  /// Operand `i` as it is stored: a float16 constant stays one.
  FileId stored(size_t i) { return file_.tensor(node_.in[i]); }
  /// A constant operand of the operator's own, named `<node>/<suffix>`.
  FileId constant(const std::string& suffix, const Tensor& data, const Encoding& encoding);
  /// The same for int32 numbers: a list, or of the given shape.
  FileId numbers(const std::string& suffix, const std::vector<int64_t>& values);
  FileId numbers(const std::string& suffix, const Shape& shape, const std::vector<int64_t>& values);
  /// A constant with one element, the real `value` as `like` stores it. Errors: Unsupported for other integers.
  Result<FileId> real(const std::string& suffix, float value, const Encoding& like);
  /// A computed tensor named `<node>/<suffix>`.
  FileId computed(const std::string& suffix, const Shape& shape, const Encoding& encoding);

  /// Appends the operator that makes the node's output; `Options` is the operator's table.
  template <class Options>
  void add(fb::BuiltinOperator code, Options options, std::vector<FileId> in) {
    add_inner(code, std::move(options), std::move(in), file_.tensor(node_.out[0]));
  }
  /// An operator without options.
  void add(fb::BuiltinOperator code, std::vector<FileId> in) {
    file_.add_operator(code, {}, std::move(in), file_.tensor(node_.out[0]));
  }
  /// The same for an output made by `computed`.
  template <class Options>
  void add_inner(fb::BuiltinOperator code, Options options, std::vector<FileId> in, FileId out) {
    fb::BuiltinOptionsUnion table;
    table.Set(std::move(options));
    file_.add_operator(code, std::move(table), std::move(in), out);
  }
  Error unsupported(std::string found, std::string expected, std::string hint = "") const {
    return {Code::Unsupported, "", std::move(found), std::move(expected), std::move(hint)};
  }

 private:
  FileBuilder& file_;
  const Node& node_;
};

}  // namespace pare::tflite
