// One node being lowered: operands by what is known of them, results under the source's names.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/lowering.hpp"
#include "ops/move/move.hpp"

namespace pare::onnx {

Call::Call(Lowering& graph, const SourceNode& node)
    : graph_(graph), node_(node), first_new_(static_cast<TensorId>(graph.model_.tensors.size())) {}

bool Call::has(size_t index) const { return index < node_.in.size() && !node_.in[index].empty(); }

Result<void> Call::expect(size_t least) const {
  for (size_t i = 0; i < least; ++i)
    if (!has(i)) return invalid(fmt::format("operand {} is absent", i), fmt::format("at least {} operands", least));
  return {};
}

const Value& Call::value(size_t index) const { return graph_.values_.at(node_.in[index]); }

const Shape& Call::shape(size_t index) const {
  const Value& v = value(index);
  return v.constant() ? v.data.shape() : graph_.model_.tensor(v.id).shape;
}

const Encoding& Call::encoding(size_t index) const {
  const Value& v = value(index);
  return v.constant() ? v.encoding : graph_.model_.tensor(v.id).encoding;
}

TensorId Call::tensor(size_t index) {
  Value& v = graph_.values_.at(node_.in[index]);
  if (v.id == kNoTensor) v.id = graph_.model_.add_constant(node_.in[index], v.data, v.encoding);
  return v.id;
}

Result<Value> Call::constant(size_t index) const {
  const Value& v = value(index);
  if (v.constant()) return v;
  return unsupported(fmt::format("operand '{}' is computed at run time", node_.in[index]), "a constant");
}

Result<Tensor> Call::numbers(size_t index) const {
  PARE_TRY(const Value v, constant(index));
  return v.encoding.affine() ? dequantize(v.data, v.encoding) : v.data;
}

Result<Tensor> Call::reals(size_t index) const {
  PARE_TRY(const Value v, constant(index));
  return dequantize(v.data, v.encoding);
}

Result<std::vector<int64_t>> Call::integers(size_t index) const {
  PARE_TRY(const Tensor t, numbers(index));
  if (is_real(t.type())) return invalid(fmt::format("operand '{}' holds reals", node_.in[index]), "integers");
  return integers_of(t);
}

Result<std::optional<std::vector<int64_t>>> Call::integers(size_t index, std::string_view attribute) const {
  if (has(index)) {
    PARE_TRY(std::vector<int64_t> list, integers(index));
    return std::optional(std::move(list));
  }
  if (!find_attribute(node_, attribute)) return std::optional<std::vector<int64_t>>();
  PARE_TRY(std::vector<int64_t> list, integers_of(node_, attribute, {}));
  return std::optional(std::move(list));
}

Result<TensorId> Call::add(OpPtr op, std::vector<TensorId> in, std::string_view suffix) {
  const std::string base = node_.name.empty() ? fmt::format("{} {}", node_.type, node_.first_output()) : node_.name;
  return append(std::move(op), std::move(in), fmt::format("{}{}", base, suffix),
                fmt::format("{}{}", node_.first_output(), suffix));
}

Result<TensorId> Call::add_inner(OpPtr op, std::vector<TensorId> in, std::string_view tensor_suffix) {
  PARE_TRY(const TensorId id, add(std::move(op), std::move(in)));
  info(id).name = fmt::format("{}{}", node_.first_output(), tensor_suffix);
  return id;
}

namespace {

// The axes of a result: a transpose permutes them, operators that keep the rank keep them.
std::string axes_after(const Op& op, const TensorInfo& in, size_t rank) {
  if (in.axes.size() != rank || in.shape.size() != rank || op.kind() == Reshape::kKind) return "";
  const auto* transpose = dynamic_cast<const Transpose*>(&op);
  if (!transpose) return in.axes;
  std::string axes;
  for (const int64_t axis : transpose->perm) axes += in.axes[static_cast<size_t>(axis)];
  return axes;
}

// What a move makes of its operand's Encoding. Errors: Unsupported if channels would be mixed.
Result<Encoding> moved(const Op& op, const Encoding& from) {
  Encoding to = from;
  if (from.grain != Grain::Channel) return to;
  const auto* transpose = dynamic_cast<const Transpose*>(&op);
  if (!transpose) return unsupported("codes with a scale for each channel", "one scale");
  to.axis = std::find(transpose->perm.begin(), transpose->perm.end(), from.axis) - transpose->perm.begin();
  return to;
}

}  // namespace

Result<TensorId> Call::append(OpPtr op, std::vector<TensorId> in, std::string node_name, std::string tensor_name) {
  const TensorId first = in[0];
  Result<std::vector<TensorId>> out = graph_.model_.append(std::move(node_name), op, std::move(in));
  if (!out) return Error{out.error().code, "", out.error().found, out.error().expected, out.error().hint};
  const TensorInfo& from = info(first);
  TensorInfo& t = info((*out)[0]);
  t.name = std::move(tensor_name);
  PARE_TRY(const int64_t count, checked_count(t.shape));
  if (count < 1 || count > kMostElements)
    return invalid(fmt::format("a result of shape {}", to_string(t.shape)),
                   fmt::format("1 to {} elements", kMostElements));
  t.axes = axes_after(*op, from, t.shape.size());
  if (op->contract().output == Contract::Output::Input && from.encoding.affine()) {
    PARE_TRY(t.encoding, moved(*op, from.encoding));
  }
  return (*out)[0];
}

TensorId Call::add_constant(const Value& constant, size_t index) {
  return graph_.model_.add_constant(node_.in[index], constant.data, constant.encoding);
}

TensorId Call::add_constant(Tensor reals, std::string_view suffix) {
  return graph_.model_.add_constant(fmt::format("{}{}", node_.first_output(), suffix), std::move(reals),
                                    Encoding::plain(DType::F32));
}

void Call::bind(TensorId id, size_t output) {
  if (output >= node_.out.size() || node_.out[output].empty()) return;
  if (id >= first_new_ && !info(id).constant()) info(id).name = node_.out[output];
  graph_.values_[node_.out[output]].id = id;
}

Result<void> Call::bind(Value constant, size_t output) {
  if (output >= node_.out.size() || node_.out[output].empty()) return {};
  graph_.folded_bytes_ += constant.data.byte_count();
  if (graph_.folded_bytes_ > int64_t{1} << 30) return unsupported("more than 1 GiB of constants were computed", "less");
  constant.id = kNoTensor;
  graph_.values_[node_.out[output]] = std::move(constant);
  return {};
}

Result<void> Call::bind(Tensor constant, size_t output) {
  const Encoding plain = Encoding::plain(constant.type());
  return bind(Value{std::move(constant), plain, kNoTensor, false}, output);
}

Result<void> Call::become(OpPtr op, std::vector<TensorId> in) {
  PARE_TRY(const TensorId out, add(std::move(op), std::move(in)));
  bind(out);
  return {};
}

}  // namespace pare::onnx
