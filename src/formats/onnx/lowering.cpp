// The walk over the graph, and the list of what is not supported.
#include "formats/onnx/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/ops.hpp"

namespace pare::onnx {
namespace {}  // namespace

Error unsupported(std::string found, std::string expected) {
  return {Code::Unsupported, "", std::move(found), std::move(expected), ""};
}

Error invalid(std::string found, std::string expected) {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

const Row* find_operator(std::string_view type) {
  for (const auto rows :
       {window_rows(), dense_rows(), move_rows(), cut_rows(), pointwise_rows(), reduce_rows(), quantize_rows()})
    for (const Row& row : rows)
      if (row.type == type) return &row;
  return nullptr;
}

Value constant_of(Tensor reals) { return {std::move(reals), Encoding::plain(DType::F32), kNoTensor, false}; }

Result<Value> permuted(const Value& constant, const std::vector<int64_t>& perm) {
  Value to = constant;
  to.id = kNoTensor;
  PARE_TRY(to.data, transposed(constant.data, perm));
  if (to.encoding.grain == Grain::Channel)
    to.encoding.axis = std::find(perm.begin(), perm.end(), to.encoding.axis) - perm.begin();
  return to;
}

Value reshaped(const Value& constant, Shape shape) {
  Value to = constant;
  to.id = kNoTensor;
  to.data = constant.data.reshaped(std::move(shape));
  return to;
}

Result<Model> Lowering::run() {
  model_.name = source_.name;
  model_.metadata = source_.metadata;
  for (const auto& [name, tensor] : source_.constants)
    values_[name] = {tensor, Encoding::plain(tensor.type()), kNoTensor, false};
  PARE_TRY(add_inputs());
  for (const SourceNode* node : live_nodes()) {
    PARE_TRY(take(*node));
  }
  if (!unsupported_.empty()) return unsupported();
  PARE_TRY(add_outputs());
  return without_dead_parts(model_);
}

std::vector<const SourceNode*> Lowering::live_nodes() {
  for (const SourceValue& output : source_.outputs) wanted_.insert(output.name);
  std::vector<const SourceNode*> live;
  for (size_t i = source_.nodes.size(); i-- > 0;) {
    const SourceNode& node = source_.nodes[i];
    if (std::none_of(node.out.begin(), node.out.end(), [&](const std::string& name) { return wanted_.contains(name); }))
      continue;
    for (const std::string& name : node.in)
      if (!name.empty()) wanted_.insert(name);
    live.push_back(&node);
  }
  return {live.rbegin(), live.rend()};
}

Result<void> Lowering::take(const SourceNode& node) {
  PARE_TRY(check_operands(node));
  const bool known = node.domain.empty() && (find_operator(node.type) || find_fold(node.type));
  if (known && any_unknown(node)) {
    pass_over(node);
    return {};
  }
  Result<void> applied = apply(node);
  if (applied) applied = expect_results(node);
  if (applied) return {};
  if (applied.error().code != Code::Unsupported) return applied.error().at(node.place());
  const std::string reason = applied.error().message();
  unsupported_.push_back(fmt::format("{}{}{} ({}){}{}", node.domain, node.domain.empty() ? "" : ".", node.type,
                                     node.place(), reason.empty() ? "" : " with ", reason));
  pass_over(node);
  return {};
}

Result<void> Lowering::expect_results(const SourceNode& node) const {
  for (const std::string& name : node.out)
    if (wanted_.contains(name) && !values_.contains(name))
      return onnx::unsupported(fmt::format("a further output '{}'", name));
  return {};
}

Result<void> Lowering::check_operands(const SourceNode& node) const {
  for (const std::string& name : node.in)
    if (!name.empty() && !values_.contains(name))
      return Error{Code::InvalidModel, node.place(), fmt::format("operand '{}' is not made before", name),
                   "an input, a constant or an earlier node's output", ""};
  for (const std::string& name : node.out)
    if (!name.empty() && values_.contains(name))
      return Error{Code::InvalidModel, node.place(), fmt::format("output '{}' exists already", name), "a new name", ""};
  return {};
}

namespace {

// Operators that compute are defined on reals; what they would do to bare integers differs.
Result<void> expect_reals(const Call& call) {
  for (size_t i = 0; i < call.operand_count(); ++i) {
    if (!call.has(i) || call.value(i).constant()) continue;
    const Encoding& e = call.encoding(i);
    if (e.type != DType::F32)
      return unsupported(fmt::format("operand '{}' of type {}", call.node().in[i], to_string(e)), "f32");
  }
  return {};
}

}  // namespace

Result<void> Lowering::apply(const SourceNode& node) {
  const Row* fold = node.domain.empty() ? find_fold(node.type) : nullptr;
  const Row* row = node.domain.empty() ? find_operator(node.type) : nullptr;
  Call call(*this, node);
  if (fold && all_constant(node)) return fold->lower(call);
  if (row && !row->any_type) {
    PARE_TRY(expect_reals(call));
  }
  if (row) return row->lower(call);
  return onnx::unsupported(fold ? "operands that are computed at run time" : "");
}

bool Lowering::any_unknown(const SourceNode& node) const {
  return std::any_of(node.in.begin(), node.in.end(),
                     [&](const std::string& name) { return !name.empty() && values_.at(name).unknown; });
}

bool Lowering::all_constant(const SourceNode& node) const {
  return std::all_of(node.in.begin(), node.in.end(),
                     [&](const std::string& name) { return name.empty() || values_.at(name).constant(); });
}

void Lowering::pass_over(const SourceNode& node) {
  for (const std::string& name : node.out) values_[name].unknown = true;
}

Error Lowering::unsupported() const {
  const size_t n = unsupported_.size();
  std::string text = n == 1 ? "1 operator is not supported: " : fmt::format("{} operators are not supported: ", n);
  for (size_t i = 0; i < n; ++i) text += (i ? ", " : "") + unsupported_[i];
  return {Code::Unsupported, fmt::format("operator set {}", source_.opset), std::move(text), "operators that `pare ops` lists", ""};
}

}  // namespace pare::onnx
