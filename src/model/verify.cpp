// verify: everything that is wrong with a Model, at once. After it succeeds, later code may run blind.
#include <fmt/format.h>

#include <cmath>

#include "base/extents.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

class Checker {
 public:
  explicit Checker(const Model& model) : model_(model), known_(model.tensors.size(), false), sound_(model.tensors.size(), false) {}

  std::vector<Error> run() {
    for (size_t i = 0; i < model_.tensors.size(); ++i) check_tensor(i);
    for (const TensorId id : model_.inputs)
      if (valid(id, "the model's inputs")) known_[static_cast<size_t>(id)] = true;
    for (const Node& node : model_.nodes) check_node(node);
    for (const TensorId id : model_.outputs)
      if (valid(id, "the model's outputs") && !known_[static_cast<size_t>(id)])
        report(fmt::format("output '{}'", model_.tensor(id).name), "no node makes it");
    if (model_.outputs.empty()) report("model", "it has no outputs");
    return std::move(errors_);
  }

 private:
  void report(std::string place, std::string found, std::string expected = "") {
    errors_.push_back({Code::InvalidModel, std::move(place), std::move(found), std::move(expected), ""});
  }

  bool valid(TensorId id, const std::string& place) {
    if (id >= 0 && id < static_cast<TensorId>(model_.tensors.size())) return true;
    report(place, fmt::format("tensor number {}", id), fmt::format("0 to {}", model_.tensors.size() - 1));
    return false;
  }

  void check_tensor(size_t index) {
    const TensorInfo& t = model_.tensors[index];
    const std::string place = fmt::format("tensor '{}'", t.name);
    known_[index] = t.constant();
    for (const int64_t extent : t.shape)
      if (extent < 1) return report(place, "shape " + to_string(t.shape), "extents of at least 1");
    if (!countable(t.shape)) return report(place, "shape " + to_string(t.shape), fmt::format("{} elements at most", kMostElements));
    sound_[index] = true;
    check_encoding(t, place);
    if (!t.constant()) return;
    if (t.data.shape() != t.shape)
      report(place, "data of shape " + to_string(t.data.shape()), to_string(t.shape));
    else if (t.data.type() != t.encoding.type)
      report(place, fmt::format("data of type {}", name_of(t.data.type())), std::string(name_of(t.encoding.type)));
    else if (t.data.type() == DType::F32)
      check_finite(t, place);
  }

  void check_finite(const TensorInfo& t, const std::string& place) {
    const auto values = t.data.view<float>();
    for (size_t i = 0; i < values.size(); ++i)
      if (std::isnan(values[i])) return report(place, fmt::format("element {} is not a number (NaN)", i), "numbers");
  }

  void check_encoding(const TensorInfo& t, const std::string& place) {
    const Encoding& e = t.encoding;
    if (!e.affine()) return;
    if (e.scale.empty() || e.scale.size() != e.zero_point.size())
      return report(place, fmt::format("{} scales and {} zero points", e.scale.size(), e.zero_point.size()),
                    "as many of each, at least 1");
    for (const float s : e.scale)
      if (!(s > 0) || !std::isfinite(s)) return report(place, fmt::format("scale {}", s), "a finite scale above 0");
    const auto [lo, hi] = code_range(e.type);
    for (const int32_t z : e.zero_point)
      if (z < lo || z > hi) return report(place, fmt::format("zero point {}", z), fmt::format("{} to {}", lo, hi));
    if (e.grain == Grain::Channel) check_channels(t, place);
  }

  void check_channels(const TensorInfo& t, const std::string& place) {
    const Encoding& e = t.encoding;
    if (e.axis < 0 || e.axis >= static_cast<int64_t>(t.shape.size()))
      return report(place, fmt::format("channel axis {}", e.axis), fmt::format("0 to {}", t.shape.size() - 1));
    const int64_t channels = t.shape[static_cast<size_t>(e.axis)];
    if (static_cast<int64_t>(e.scale.size()) != channels)
      report(place, fmt::format("{} scales", e.scale.size()), fmt::format("{}, one a channel", channels));
  }

  void check_node(const Node& node) {
    const std::string place = fmt::format("node '{}'", node.name);
    Operands in;
    bool complete = true;
    for (const TensorId id : node.in) {
      if (id != kNoTensor && !valid(id, place)) { complete = false; continue; }
      if (id != kNoTensor && !known_[static_cast<size_t>(id)]) {
        report(place, fmt::format("operand '{}' is not made by an earlier node", model_.tensor(id).name));
        complete = false;
      }
      if (id != kNoTensor && !sound_[static_cast<size_t>(id)]) complete = false;  // infer relies on extents
      in.push_back(id == kNoTensor ? nullptr : &model_.tensor(id));
    }
    if (complete) check_types(node, in, place);
    for (const TensorId id : node.out)
      if (valid(id, place)) known_[static_cast<size_t>(id)] = true;
  }

  void check_types(const Node& node, const Operands& in, const std::string& place) {
    const auto types = node.op->infer(in);
    if (!types) {
      errors_.push_back(types.error().at(place));
      return;
    }
    if (types->size() != node.out.size())
      return report(place, fmt::format("{} outputs", node.out.size()), std::to_string(types->size()));
    for (size_t i = 0; i < types->size(); ++i)
      if (valid(node.out[i], place) && model_.tensor(node.out[i]).shape != (*types)[i].shape)
        report(place, fmt::format("output '{}' of shape {}", model_.tensor(node.out[i]).name,
                                  to_string(model_.tensor(node.out[i]).shape)),
               to_string((*types)[i].shape));
  }

  const Model& model_;
  std::vector<bool> known_, sound_;  // made by now; of a shape that can be computed with
  std::vector<Error> errors_;
};

}  // namespace

std::vector<Error> problems(const Model& model) { return Checker(model).run(); }

Result<void> verify(const Model& model) {
  std::vector<Error> all = problems(model);
  if (all.empty()) return {};
  Error first = std::move(all.front());
  if (all.size() > 1) first.hint += fmt::format("{}{} more problems were found", first.hint.empty() ? "" : ". ", all.size() - 1);
  return first;
}

}  // namespace pare
