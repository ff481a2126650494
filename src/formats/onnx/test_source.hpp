// For tests: files written in a few words, and read back as bytes.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/onnx/source.hpp"
#include "pare/formats.hpp"
#include "pare/op.hpp"

namespace pare {
extern const Format onnx_format;
}

namespace pare::onnx {

using Constants = std::map<std::string, Tensor>;
using Attributes = std::map<std::string, Attribute>;

inline Attribute ints(std::vector<int64_t> values) { return Attribute::of(std::move(values)); }
inline Attribute number(int64_t value) { return Attribute::of(value); }
inline Attribute real(float value) { return Attribute::of(value); }
inline Attribute text(std::string value) { return Attribute::of(std::move(value)); }
inline Tensor list(std::vector<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values);
}
inline Tensor reals(std::vector<float> values) {
  return Tensor::of<float>({static_cast<int64_t>(values.size())}, values);
}
inline Tensor scalar(float value) { return Tensor::of<float>({}, {value}); }
/// 0, 1, 2, ... in f32.
inline Tensor counting(Shape shape) {
  Tensor t(DType::F32, std::move(shape));
  float next = 0;
  for (float& x : t.edit<float>()) x = next++;
  return t;
}

/// A graph from x (f32, of this shape) to y.
inline Source graph(int64_t opset, Shape x, std::vector<SourceNode> nodes, Constants constants = {}) {
  Source s;
  s.opset = opset;
  s.inputs = {{"x", DType::F32, std::move(x)}};
  s.outputs = {{"y", DType::F32, {}, false}};
  s.nodes = std::move(nodes);
  s.constants = std::move(constants);
  return s;
}

inline Result<Model> read(const Source& source, const ReadOptions& options = {}) {
  PARE_TRY(Model model, onnx_format.read(serialize(source), options));
  PARE_TRY(verify(model));
  return model;
}

/// The Model, or an empty one and a failure of the test.
inline Model read_well(const Source& source, const ReadOptions& options = {}) {
  Result<Model> model = read(source, options);
  EXPECT_TRUE(model) << (model ? "" : model.error().message());
  return model ? *model : Model{};
}

/// The error's text and code, or a failure of the test.
inline std::string error_text(const Source& source, Code code, const ReadOptions& options = {}) {
  const Result<Model> model = read(source, options);
  if (model) {
    ADD_FAILURE() << "it reads as\n" << print(*model);
    return "";
  }
  EXPECT_EQ(name_of(model.error().code), std::string(name_of(code))) << model.error().message();
  return model.error().message();
}

inline void expect_holds(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in\n" << text;
}

/// "kind, kind, ..." of the nodes.
inline std::string kinds(const Model& model) {
  std::string all;
  for (const Node& node : model.nodes) all += (all.empty() ? "" : ", ") + std::string(node.op->kind());
  return all;
}

/// The data of a Model's tensor with this name, or an empty Tensor.
inline Tensor data_of(const Model& model, std::string_view name) {
  for (const TensorInfo& t : model.tensors)
    if (t.name == name) return t.data;
  return {};
}

}  // namespace pare::onnx
