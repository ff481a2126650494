// Reading: open the tables, then tensors, interface and operators in turn. Every index and size is checked where it is
// first used; what a Model must hold beyond that is verify's.
#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/tensors.hpp"
#include "formats/tflite/tflite.hpp"

namespace pare::tflite {
namespace {

Error invalid(std::string place, std::string found, std::string expected) {
  return {Code::InvalidModel, std::move(place), std::move(found), std::move(expected), ""};
}

// What all steps of one reading share.
struct Reading {
  Source& source;
  const ReadOptions& options;
  Model model;
  std::vector<bool> made;  ///< tensors that have their value: inputs, constants, outputs of operators so far
  bool inferred = false;   ///< an input has another shape than the file's
};

Result<void> read_tensors(Reading& r) {
  TensorReader reader(r.source);
  for (size_t i = 0; i < size_of(r.source.graph().tensors()); ++i) {
    PARE_TRY(TensorInfo tensor, reader.read(i));
    r.made.push_back(tensor.constant());
    r.model.add(std::move(tensor));
  }
  return {};
}

Result<std::vector<TensorId>> read_ids(const Reading& r, const flatbuffers::Vector<int32_t>* list, const char* place) {
  std::vector<TensorId> ids;
  for (size_t i = 0; i < size_of(list); ++i) {
    const TensorId id = list->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (id < 0 || id >= static_cast<TensorId>(r.model.tensors.size()))
      return invalid(place, fmt::format("tensor number {}", id), fmt::format("less than {}", r.model.tensors.size()));
    ids.push_back(id);
  }
  return ids;
}

void name_axes(Model& model, const std::vector<TensorId>& ids) {
  for (const TensorId id : ids) {
    TensorInfo& t = model.tensor(id);
    t.axes = t.shape.size() == 4 ? "nhwc" : t.shape.size() == 2 ? "nf" : "";
  }
}

Result<void> read_interface(Reading& r) {
  PARE_TRY(r.model.inputs, read_ids(r, r.source.graph().inputs(), "the model's inputs"));
  PARE_TRY(r.model.outputs, read_ids(r, r.source.graph().outputs(), "the model's outputs"));
  for (const TensorId id : r.model.inputs) {
    const TensorInfo& input = r.model.tensor(id);
    if (r.made[static_cast<size_t>(id)])
      return invalid(fmt::format("input '{}'", input.name), "it is a constant, or named twice", "an input");
    const Result<void> checked = check_extents(input.shape);
    if (!checked) return checked.error().at(fmt::format("input '{}'", input.name));
    r.made[static_cast<size_t>(id)] = true;
  }
  name_axes(r.model, r.model.inputs);
  name_axes(r.model, r.model.outputs);
  return {};
}

// May axis `i` of the tensor have another extent? The signature has -1 there.
bool is_free(const fb::Tensor& table, size_t i) {
  const auto index = static_cast<flatbuffers::uoffset_t>(i);
  return i < size_of(table.shape_signature()) && table.shape_signature()->Get(index) == -1;
}

Result<void> set_shape(Reading& r, TensorId id, const Shape& wanted) {
  TensorInfo& input = r.model.tensor(id);
  const fb::Tensor& table = *r.source.graph().tensors()->Get(static_cast<flatbuffers::uoffset_t>(id));
  bool fits = wanted.size() == input.shape.size() && check_extents(wanted);
  for (size_t i = 0; fits && i < wanted.size(); ++i) fits = wanted[i] == input.shape[i] || is_free(table, i);
  if (!fits)
    return Error{Code::InvalidArgument, fmt::format("input '{}'", input.name), "the shape " + to_string(wanted),
                 fmt::format("one that differs from {} in free extents only", to_string(input.shape)), ""};
  r.inferred = r.inferred || wanted != input.shape;
  input.shape = wanted;
  return {};
}

Result<void> set_shapes(Reading& r) {
  for (const auto& [name, shape] : r.options.shapes) {
    const auto id = std::find_if(r.model.inputs.begin(), r.model.inputs.end(),
                                 [&](TensorId input) { return r.model.tensor(input).name == name; });
    if (id == r.model.inputs.end())
      return Error{Code::InvalidArgument, fmt::format("input '{}'", name), "a shape for a tensor that is no input", "", ""};
    PARE_TRY(set_shape(r, *id, shape));
  }
  return {};
}

std::string supported_operators() {
  std::string list;
  for (const OpRow& row : op_rows()) list += fmt::format("{}{}", list.empty() ? "" : ", ", name_of(row.code));
  return list;
}

constexpr size_t kMostListed = 16;

// Operators without a row, each once, with the first node that has it.
Result<void> expect_supported(Reading& r) {
  std::vector<std::string> names;
  std::string place, list;
  for (size_t i = 0; i < size_of(r.source.graph().operators()); ++i) {
    const fb::Operator& op = *r.source.graph().operators()->Get(static_cast<flatbuffers::uoffset_t>(i));
    PARE_TRY(const fb::BuiltinOperator code, operator_code(r.source, op));
    PARE_TRY(const std::string name, operator_name(r.source, op));
    if (names.size() == kMostListed) break;
    if (row_to_read(code) || std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string node = OpReader(r.model, op, name, false).place();
    if (names.empty()) place = node;
    else list += fmt::format(", {}", node);
    names.push_back(name);
  }
  if (names.empty()) return {};
  const std::string found = "the operator is not supported" + (list.empty() ? list : "; nor are those of " + list.substr(2));
  return Error{Code::Unsupported, place, found, "one of " + supported_operators(), ""};
}

Result<void> read_node(Reading& r, OpReader& reader, const OpRow& row) {
  PARE_TRY(reader.check(row.least, row.most));
  const auto output = static_cast<size_t>(&reader.output() - r.model.tensors.data());
  if (r.made[output])
    return invalid("", fmt::format("the output '{}' has a value already", reader.output().name), "one maker for each tensor");
  r.made[output] = true;
  return row.read(reader);
}

Result<void> read_operator(Reading& r, const fb::Operator& op) {
  PARE_TRY(r.source.allowance().spend(static_cast<int64_t>(size_of(op.inputs()) * sizeof(TensorId))));
  PARE_TRY(const fb::BuiltinOperator code, operator_code(r.source, op));
  OpReader reader(r.model, op, name_of(code), r.inferred);
  const std::string place = reader.place();
  const Result<void> read = read_node(r, reader, *row_to_read(code));
  if (!read) return read.error().at(place);
  return {};
}

Result<void> read_operators(Reading& r) {
  PARE_TRY(expect_supported(r));
  for (size_t i = 0; i < size_of(r.source.graph().operators()); ++i) {
    PARE_TRY(read_operator(r, *r.source.graph().operators()->Get(static_cast<flatbuffers::uoffset_t>(i))));
  }
  return {};
}

Result<void> read_arithmetic(Reading& r, const std::string& name) {
  const auto arithmetic = parse_arithmetic(name);
  if (!arithmetic)
    return Error{Code::Unsupported, "metadata 'pare.arithmetic'", fmt::format("'{}'", name), "one of " + arithmetic_names(), ""};
  if (r.model.quantized()) r.model.arithmetic = *arithmetic;
  return {};
}

Result<void> read_metadata(Reading& r) {
  for (size_t i = 0; i < size_of(r.source.model().metadata()); ++i) {
    const fb::Metadata& entry = *r.source.model().metadata()->Get(static_cast<flatbuffers::uoffset_t>(i));
    const std::string name = text_of(entry.name());
    if (!name.starts_with("pare.")) continue;
    PARE_TRY(const auto bytes, r.source.buffer(entry.buffer()));
    PARE_TRY(r.source.allowance().spend(static_cast<int64_t>(name.size() + bytes.size())));
    const std::string text(bytes.begin(), bytes.end());
    if (name != "pare.arithmetic") r.model.metadata[name] = text;
    else {
      PARE_TRY(read_arithmetic(r, text));
    }
  }
  return {};
}

}  // namespace

Result<Model> read(std::span<const std::byte> bytes, const ReadOptions& options) {
  PARE_TRY(Source source, Source::open(bytes));
  Reading r{source, options, {}, {}};
  r.model.name = text_of(source.graph().name());
  PARE_TRY(read_tensors(r));
  PARE_TRY(read_interface(r));
  PARE_TRY(set_shapes(r));
  PARE_TRY(read_operators(r));
  PARE_TRY(read_metadata(r));
  return without_dead_parts(r.model);
}

}  // namespace pare::tflite
