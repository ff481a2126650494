// The model's interface: inputs with their free extents settled, outputs under the source's names, and axes.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/lowering.hpp"
#include "ops/move/move.hpp"

namespace pare::onnx {
namespace {

const std::vector<int64_t> kToChannelsFirst = {0, 3, 1, 2};

// The axes that rank alone suggests.
std::string axes_of_rank(size_t rank) { return rank == 4 ? "nchw" : rank == 3 ? "ncw" : rank == 2 ? "nf" : ""; }

// Is the tensor brought from channels last to channels first by each node that reads it?
bool read_channels_last(const Source& source, const std::string& name) {
  bool found = false;
  for (const SourceNode& node : source.nodes) {
    if (std::find(node.in.begin(), node.in.end(), name) == node.in.end()) continue;
    const Attribute* perm = find_attribute(node, "perm");
    if (node.type != "Transpose" || !perm || perm->ints != kToChannelsFirst) return false;
    found = true;
  }
  return found;
}

const Shape* told_shape(const ReadOptions& options, const std::string& name) {
  for (const auto& [input, shape] : options.shapes)
    if (input == name) return &shape;
  return nullptr;
}

Result<Shape> settled_shape(const SourceValue& input, const ReadOptions& options) {
  const Shape* told = told_shape(options, input.name);
  if (!told && !input.ranked)
    return Error{Code::InvalidModel, "", "its shape is not stated", "a shape", "Give one for this input"};
  if (told && input.ranked && told->size() != input.shape.size())
    return Error{Code::InvalidArgument, "", fmt::format("the shape {} given for it", to_string(*told)),
                 fmt::format("{} extents", input.shape.size()), ""};
  Shape shape = told ? *told : input.shape;
  for (int64_t& extent : shape)
    if (extent == kFree && !told) extent = 1;
  for (const int64_t extent : shape)
    if (extent < 1)
      return Error{told ? Code::InvalidArgument : Code::InvalidModel, "", "shape " + to_string(shape),
                   "extents of at least 1", ""};
  PARE_TRY(const int64_t count, checked_count(shape));
  if (count > kMostElements)
    return invalid("shape " + to_string(shape), fmt::format("at most {} elements", kMostElements));
  return shape;
}

}  // namespace

Result<void> Lowering::add_inputs() {
  for (const auto& [name, shape] : options_.shapes)
    if (std::none_of(source_.inputs.begin(), source_.inputs.end(),
                     [&](const SourceValue& v) { return v.name == name; }))
      return Error{Code::InvalidArgument, "shapes", fmt::format("a shape for '{}'", name), "the name of an input", ""};
  for (const SourceValue& input : source_.inputs) {
    const Result<void> added = add_input(input);
    if (!added) return added.error().at(fmt::format("graph input '{}'", input.name));
  }
  return {};
}

Result<void> Lowering::add_input(const SourceValue& input) {
  if (input.name.empty() || values_.contains(input.name))
    return invalid("its name is empty or used twice", "a name of its own");
  PARE_TRY(Shape shape, settled_shape(input, options_));
  std::string axes = read_channels_last(source_, input.name) && shape.size() == 4 ? "nhwc" : axes_of_rank(shape.size());
  const TensorId id = model_.add({input.name, std::move(shape), std::move(axes), Encoding::plain(input.type), {}});
  values_[input.name].id = id;
  model_.inputs.push_back(id);
  return {};
}

Result<void> Lowering::add_outputs() {
  if (source_.outputs.empty()) return Error{Code::InvalidModel, "graph", "it has no outputs", "at least one", ""};
  for (const SourceValue& output : source_.outputs) {
    const Result<TensorId> id = output_named(output.name);
    if (!id) return id.error().at(fmt::format("graph output '{}'", output.name));
    TensorInfo& t = model_.tensor(*id);
    if (t.axes.empty() && t.shape.size() == 2) t.axes = "nf";
    model_.outputs.push_back(*id);
  }
  return {};
}

// The tensor with that name. One that is also an input, a constant or another output is copied, so that it can have it.
Result<TensorId> Lowering::output_named(const std::string& name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return invalid("nothing makes it", "the output of a node");
  const Value& value = found->second;
  const TensorId id = value.id;
  if (id == kNoTensor) return model_.add_constant(name, value.data, value.encoding);
  if (model_.tensor(id).name == name) return id;
  const bool is_input = std::find(model_.inputs.begin(), model_.inputs.end(), id) != model_.inputs.end();
  if (!is_input && !model_.is_output(id) && !value.constant()) {
    model_.tensor(id).name = name;
    return id;
  }
  auto copy = std::make_shared<Reshape>();
  copy->shape = model_.tensor(id).shape;
  const std::string axes = model_.tensor(id).axes;
  const Encoding encoding = model_.tensor(id).encoding;
  PARE_TRY(const std::vector<TensorId> out, model_.append(name, copy, {id}));
  model_.tensor(out[0]).axes = axes;
  model_.tensor(out[0]).encoding = encoding;
  return out[0];
}

}  // namespace pare::onnx
