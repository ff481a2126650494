// An ONNX file in plain structs: what the rest of the reader sees, so that the generated message classes stay in two
// .cpp files. Bytes become a Source with every size checked; a Source becomes bytes without loss.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pare/tensor.hpp"

namespace pare::onnx {

/// A node's attribute. Graphs, strings in lists and sparse tensors are Other: known by name only.
struct Attribute {
  enum class Kind : std::uint8_t { Int, Float, String, Ints, Floats, Tensor, Other };
  Kind kind = Kind::Other;
  int64_t i = 0;
  float f = 0;
  std::string s;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  pare::Tensor tensor;

  static Attribute of(int64_t value);
  static Attribute of(float value);
  static Attribute of(std::string value);
  static Attribute of(std::vector<int64_t> values);
  static Attribute of(std::vector<float> values);
  static Attribute of(pare::Tensor value);
};

/// One operation. An empty name among the operands stands for one that is absent.
struct SourceNode {
  std::string type;
  std::vector<std::string> in{}, out{};
  std::map<std::string, Attribute> attributes{};
  std::string name{}, domain{};

  /// The first output that has a name, or "".
  const std::string& first_output() const;
  /// "node 'name'", or, without a name, "node Conv 'first output'".
  std::string place() const;
};

/// An input or output of the graph. Real types are f32, whatever their width in the file.
struct SourceValue {
  std::string name;
  DType type = DType::F32;
  Shape shape{};       ///< kFree where the file leaves the extent open
  bool ranked = true;  ///< false: the file does not even say how many extents there are
};
inline constexpr int64_t kFree = -1;

/// A file.
struct Source {
  int64_t ir_version = 8, opset = 13;
  std::string name;
  std::vector<SourceValue> inputs, outputs;  ///< inputs without those that are constants
  std::map<std::string, Tensor> constants;
  std::vector<SourceNode> nodes;
  std::map<std::string, std::string> metadata;
};

/// Reads `bytes`. `folder` is where side files with weights lie ("" is the working folder).
/// Errors: InvalidModel at a byte offset, or at a tensor whose size, type or side file is wrong; Unsupported element
/// types; Io for side files that cannot be read.
Result<Source> parse(std::span<const std::byte> bytes, const std::string& folder);
/// The file's bytes, weights inside.
std::vector<std::byte> serialize(const Source& source);
/// Reads one tensor message, as conformance cases store inputs and outputs.
Result<Tensor> parse_tensor(std::span<const std::byte> bytes);

/// An attribute, or `fallback` if the node has none. Errors: InvalidModel if it is of another kind.
Result<int64_t> integer_of(const SourceNode& node, std::string_view name, int64_t fallback);
Result<float> real_of(const SourceNode& node, std::string_view name, float fallback);
Result<std::string> text_of(const SourceNode& node, std::string_view name, const std::string& fallback);
Result<std::vector<int64_t>> integers_of(const SourceNode& node, std::string_view name, std::vector<int64_t> fallback);
/// The attribute, or null.
const Attribute* find_attribute(const SourceNode& node, std::string_view name);

}  // namespace pare::onnx
