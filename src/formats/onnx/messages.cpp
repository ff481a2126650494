// Messages to a Source and back.
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <climits>

#include "formats/onnx/source.hpp"
#include "formats/onnx/tensor_message.hpp"

namespace pare::onnx {
namespace {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::ValueInfoProto;

constexpr int64_t kLeastOpset = 7, kMostOpset = 23;

// Nested messages (graphs in attributes) may be this deep.
constexpr int kMostDepth = 64;

template <class Message>
Result<void> parse_message(std::span<const std::byte> bytes, Message& message) {
  if (bytes.size() > INT_MAX)
    return Error{Code::InvalidModel, "", fmt::format("{} bytes", bytes.size()), "at most 2 GiB, weights in side files",
                 ""};
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMostDepth);
  if (message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return {};
  return Error{Code::InvalidModel, fmt::format("byte {}", stream.CurrentPosition()),
               "the message breaks off or is malformed there", fmt::format("an ONNX message of {} bytes", bytes.size()),
               ""};
}

std::vector<std::string> strings_of(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

Result<Attribute> attribute_of(const AttributeProto& m, SideFiles& files) {
  switch (m.type()) {
    case AttributeProto::INT:
      return Attribute::of(int64_t{m.i()});
    case AttributeProto::FLOAT:
      return Attribute::of(m.f());
    case AttributeProto::STRING:
      return Attribute::of(m.s());
    case AttributeProto::INTS:
      return Attribute::of(std::vector<int64_t>(m.ints().begin(), m.ints().end()));
    case AttributeProto::FLOATS:
      return Attribute::of(std::vector<float>(m.floats().begin(), m.floats().end()));
    case AttributeProto::TENSOR: {
      PARE_TRY(Tensor tensor, tensor_of(m.t(), files));
      return Attribute::of(std::move(tensor));
    }
    default:
      return Attribute{};
  }
}

Result<SourceNode> node_of(const NodeProto& m, SideFiles& files) {
  SourceNode node{m.op_type(),
                  strings_of(m.input()),
                  strings_of(m.output()),
                  {},
                  m.name(),
                  m.domain() == "ai.onnx" ? "" : m.domain()};
  for (const AttributeProto& a : m.attribute()) {
    auto attribute = attribute_of(a, files);
    if (!attribute) return attribute.error().at(node.place());
    node.attributes[a.name()] = std::move(*attribute);
  }
  return node;
}

Result<SourceValue> value_of(const ValueInfoProto& m) {
  const std::string place = fmt::format("graph input '{}'", m.name());
  if (!m.type().has_tensor_type()) return Error{Code::Unsupported, place, "it is no tensor", "tensors", ""};
  const auto& type = m.type().tensor_type();
  const auto held = held_type(type.elem_type());
  if (!held) return held.error().at(place);
  SourceValue value{m.name(), *held, {}, type.has_shape()};
  for (const auto& d : type.shape().dim())
    value.shape.push_back(d.has_dim_value() && d.dim_value() != kFree ? d.dim_value() : kFree);
  return value;
}

Result<void> read_constants(const GraphProto& graph, SideFiles& files, Source& source) {
  if (graph.sparse_initializer_size() > 0)
    return Error{Code::Unsupported, "graph", fmt::format("{} sparse tensors", graph.sparse_initializer_size()),
                 "dense ones", ""};
  for (const auto& m : graph.initializer()) {
    PARE_TRY(Tensor tensor, tensor_of(m, files));
    if (!source.constants.emplace(m.name(), std::move(tensor)).second)
      return Error{Code::InvalidModel, fmt::format("tensor '{}'", m.name()), "it is stored twice", "one tensor a name",
                   ""};
  }
  return {};
}

Result<void> read_graph(const GraphProto& graph, SideFiles& files, Source& source) {
  source.name = graph.name();
  PARE_TRY(read_constants(graph, files, source));
  for (const auto& m : graph.input()) {
    if (source.constants.contains(m.name())) continue;
    PARE_TRY(SourceValue value, value_of(m));
    source.inputs.push_back(std::move(value));
  }
  for (const auto& m : graph.output()) source.outputs.push_back({m.name(), DType::F32, {}, false});
  for (const auto& m : graph.node()) {
    PARE_TRY(SourceNode node, node_of(m, files));
    source.nodes.push_back(std::move(node));
  }
  return {};
}

Result<int64_t> opset_of(const ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (!import.domain().empty() && import.domain() != "ai.onnx") continue;
    if (import.version() >= kLeastOpset && import.version() <= kMostOpset) return int64_t{import.version()};
    return Error{Code::Unsupported, "model", fmt::format("operator set {}", import.version()),
                 fmt::format("{} to {}", kLeastOpset, kMostOpset), ""};
  }
  return Error{Code::InvalidModel, "model", "no version of the standard operators is named", "an opset_import", ""};
}

// ---- back into messages

void write_attribute(const std::string& name, const Attribute& a, AttributeProto& m) {
  constexpr AttributeProto::AttributeType kTypes[] = {
      AttributeProto::INT,    AttributeProto::FLOAT,  AttributeProto::STRING,   AttributeProto::INTS,
      AttributeProto::FLOATS, AttributeProto::TENSOR, AttributeProto::UNDEFINED};
  m.set_name(name);
  m.set_type(kTypes[static_cast<size_t>(a.kind)]);
  if (a.kind == Attribute::Kind::Int) m.set_i(a.i);
  if (a.kind == Attribute::Kind::Float) m.set_f(a.f);
  if (a.kind == Attribute::Kind::String) m.set_s(a.s);
  if (a.kind == Attribute::Kind::Tensor) write_tensor(a.tensor, "", *m.mutable_t());
  for (const int64_t i : a.ints) m.add_ints(i);
  for (const float f : a.floats) m.add_floats(f);
}

void write_node(const SourceNode& node, NodeProto& m) {
  m.set_name(node.name);
  m.set_op_type(node.type);
  if (!node.domain.empty()) m.set_domain(node.domain);
  for (const std::string& name : node.in) m.add_input(name);
  for (const std::string& name : node.out) m.add_output(name);
  for (const auto& [name, attribute] : node.attributes) write_attribute(name, attribute, *m.add_attribute());
}

void write_value(const SourceValue& value, ValueInfoProto& m) {
  m.set_name(value.name);
  auto* type = m.mutable_type()->mutable_tensor_type();
  type->set_elem_type(code_of(value.type));
  if (!value.ranked) return;
  type->mutable_shape();
  for (const int64_t extent : value.shape) {
    auto* d = type->mutable_shape()->add_dim();
    if (extent != kFree) d->set_dim_value(extent);
  }
}

}  // namespace

Result<Source> parse(std::span<const std::byte> bytes, const std::string& folder) {
  ModelProto model;
  PARE_TRY(parse_message(bytes, model));
  if (!model.has_graph()) return Error{Code::InvalidModel, "model", "it holds no graph", "an ONNX model", ""};
  Source source;
  SideFiles files(folder);
  PARE_TRY(source.opset, opset_of(model));
  source.ir_version = model.ir_version();
  for (const auto& pair : model.metadata_props()) source.metadata[pair.key()] = pair.value();
  PARE_TRY(read_graph(model.graph(), files, source));
  return source;
}

std::vector<std::byte> serialize(const Source& source) {
  ModelProto model;
  model.set_ir_version(source.ir_version);
  model.set_producer_name("pare");
  model.add_opset_import()->set_version(source.opset);
  for (const auto& [key, value] : source.metadata) {
    auto* pair = model.add_metadata_props();
    pair->set_key(key);
    pair->set_value(value);
  }
  GraphProto& graph = *model.mutable_graph();
  graph.set_name(source.name);
  for (const SourceValue& value : source.inputs) write_value(value, *graph.add_input());
  for (const SourceValue& value : source.outputs) write_value(value, *graph.add_output());
  for (const auto& [name, tensor] : source.constants) write_tensor(tensor, name, *graph.add_initializer());
  for (const SourceNode& node : source.nodes) write_node(node, *graph.add_node());
  const std::string text = model.SerializeAsString();
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Result<Tensor> parse_tensor(std::span<const std::byte> bytes) {
  ::onnx::TensorProto message;
  PARE_TRY(parse_message(bytes, message));
  SideFiles none("");
  return tensor_of(message, none);
}

}  // namespace pare::onnx
