// The scheme `int8`: activations i8/tensor/asym, weights i8/channel/sym, biases int32 at s_x s_w, softmax and logistic
// at 1/256, tanh at 1/128; operators that only move or pool codes share one encoding with their operands. The contract
// is TFLite's, which Edge TPU, TFLite Micro and CMSIS-NN share. See docs/numerics.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compress/selectors.hpp"
#include "ops/move/move.hpp"
#include "pare/compress.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

class Decider {
 public:
  Decider(const Model& model, const Ranges& ranges, const SchemeRequest& request)
      : model_(model), ranges_(ranges), request_(request), group_(model.tensors.size()) {
    std::iota(group_.begin(), group_.end(), 0);
  }

  Result<Plan> run() {
    if (request_.plan) {
      PARE_TRY(check_selectors(*request_.plan, model_));
    }
    for (const Node& node : model_.nodes)
      if (!is_integer(node)) plan_.steps.push_back({.verb = PlanStep::Verb::Float, .selector = node.name, .encoding = {}, .range = ""});
    for (const Node& node : model_.nodes)
      if (is_integer(node)) tie(node);
    for (const Node& node : model_.nodes) {
      PARE_TRY(decide_weights(node));
    }
    PARE_TRY(decide_activations());
    return std::move(plan_);
  }

 private:
  bool is_integer(const Node& node) const { return stays_integer(request_.plan, node); }

  // ---- weights

  Result<void> decide_weights(const Node& node) {
    if (!is_integer(node)) return {};
    const int weights = node.op->contract().weights;
    for (size_t i = 0; i < node.in.size(); ++i) {
      if (node.in[i] == kNoTensor || !model_.tensor(node.in[i]).constant()) continue;
      if (weights >= 0 && static_cast<int>(i) != weights) continue;
      PARE_TRY(Encoding encoding, weights >= 0 ? layer_weights(node, model_.tensor(node.in[i]))
                                                : constant_operand(model_.tensor(node.in[i])));
      plan_.steps.push_back({.selector = "weights:" + node.name, .encoding = std::move(encoding), .range = ""});
    }
    return {};
  }

  static Result<Encoding> constant_operand(const TensorInfo& t) {
    const Range range = range_of(dequantize(t.data, t.encoding).view<float>(), false);
    return asymmetric_int8(range.min, range.max);
  }

  Result<Encoding> layer_weights(const Node& node, const TensorInfo& weights) const {
    const PlanStep* asked = request_.plan ? last_match(*request_.plan, "weights:" + node.name) : nullptr;
    if (asked && !asked->encoding.scale.empty()) return asked->encoding;
    if (asked && asked->encoding.type != DType::I8)
      return Error{Code::Unsupported, "node '" + node.name + "'", "weights as " + to_string(asked->encoding), "i8/channel/sym or i8/tensor/sym", ""};
    const bool dense = node.op->kind() == "dense";
    const bool channels = asked ? asked->encoding.grain == Grain::Channel : !dense || request_.dense_per_channel;
    PARE_TRY(const auto estimator, make_estimator(asked && !asked->range.empty() ? asked->range : request_.weight_ranges));
    return scales_of(weights, channels ? node.op->contract().channel_axis : -1, *estimator);
  }

  static Encoding scales_of(const TensorInfo& weights, int64_t axis, const RangeEstimator& estimator) {
    const Tensor reals = dequantize(weights.data, weights.encoding);
    int64_t inner = 1, channels = 1;
    if (axis >= 0) {
      channels = weights.shape[static_cast<size_t>(axis)];
      for (size_t i = static_cast<size_t>(axis) + 1; i < weights.shape.size(); ++i) inner *= weights.shape[i];
    }
    std::vector<std::vector<float>> by_channel(static_cast<size_t>(channels));
    const auto values = reals.view<float>();
    for (size_t i = 0; i < values.size(); ++i)
      by_channel[static_cast<size_t>(axis < 0 ? 0 : static_cast<int64_t>(i) / inner % channels)].push_back(values[i]);
    std::vector<float> scales;
    for (const std::vector<float>& channel : by_channel) {
      const auto [lo, hi] = estimator.interval(range_of(channel, estimator.looks_at_histogram()), true);
      scales.push_back(symmetric_scale(std::max(-lo, hi)));
    }
    if (axis < 0) return Encoding::per_tensor(DType::I8, scales[0], 0, true);
    return Encoding::per_channel(DType::I8, axis, std::move(scales));
  }

  // ---- activations: groups of tensors that must share one encoding

  size_t group(TensorId id) const {
    auto g = static_cast<size_t>(id);
    while (group_[g] != g) g = group_[g];
    return g;
  }

  void join(TensorId a, TensorId b) { group_[group(a)] = group(b); }

  bool fixed(TensorId id) const {
    const int64_t producer = model_.producer(id);
    return producer >= 0 && model_.nodes[static_cast<size_t>(producer)].op->contract().output == Contract::Output::Fixed;
  }

  // A concat is tied only to operands that lead nowhere else and may choose; others are requantized in front of it.
  bool may_tie(const Node& node, TensorId operand) const {
    if (!as<Concat>(node.op)) return true;
    return model_.consumers(operand).size() == 1 && !model_.is_output(operand) && !fixed(operand);
  }

  void tie(const Node& node) {
    if (node.op->contract().output != Contract::Output::Input) return;
    for (const TensorId id : node.in)
      if (id != kNoTensor && !model_.tensor(id).constant() && may_tie(node, id)) join(node.out[0], id);
  }

  bool wants_encoding(TensorId id) const {
    const TensorInfo& t = model_.tensor(id);
    if (t.constant() || t.encoding.type != DType::F32) return false;
    const bool interface = model_.is_output(id) || std::find(model_.inputs.begin(), model_.inputs.end(), id) != model_.inputs.end();
    const int64_t producer = model_.producer(id);
    if (interface || (producer >= 0 && is_integer(model_.nodes[static_cast<size_t>(producer)]))) return true;
    const auto readers = model_.consumers(id);
    return std::any_of(readers.begin(), readers.end(), [&](int64_t i) { return is_integer(model_.nodes[static_cast<size_t>(i)]); });
  }

  Result<void> decide_activations() {
    std::map<size_t, std::vector<TensorId>> groups;
    for (TensorId id = 0; id < static_cast<TensorId>(model_.tensors.size()); ++id)
      if (wants_encoding(id)) groups[group(id)].push_back(id);
    for (const auto& [root, members] : groups) {
      PARE_TRY(const Encoding encoding, group_encoding(members));
      for (const TensorId id : members)
        plan_.steps.push_back({.selector = "activations:" + model_.tensor(id).name, .encoding = encoding, .range = ""});
    }
    return {};
  }

  Result<Encoding> group_encoding(const std::vector<TensorId>& members) const {
    std::array<double, 2> whole = {0, 0};
    for (const TensorId id : members) {
      if (const Encoding* given = given_encoding(id)) return *given;
      const int64_t producer = model_.producer(id);
      if (fixed(id)) {
        const Contract contract = model_.nodes[static_cast<size_t>(producer)].op->contract();
        return Encoding::per_tensor(DType::I8, contract.scale, contract.zero_point);
      }
      PARE_TRY(const auto interval, interval_of(model_.tensor(id).name));
      whole = {std::min(whole[0], interval[0]), std::max(whole[1], interval[1])};
    }
    return asymmetric_int8(whole[0], whole[1]);
  }

  const PlanStep* asked(TensorId id) const {
    return request_.plan ? last_match(*request_.plan, "activations:" + model_.tensor(id).name) : nullptr;
  }

  const Encoding* given_encoding(TensorId id) const {
    const PlanStep* step = asked(id);
    return step && !step->encoding.scale.empty() ? &step->encoding : nullptr;
  }

  Result<std::array<double, 2>> interval_of(const std::string& name) const {
    const auto found = ranges_.tensors.find(name);
    if (found == ranges_.tensors.end())
      return Error{Code::InvalidArgument, "ranges", fmt::format("no range of tensor '{}'", name), "ranges of this model", "Calibrate again"};
    const PlanStep* step = request_.plan ? last_match(*request_.plan, "activations:" + name) : nullptr;
    PARE_TRY(const auto estimator, make_estimator(step && !step->range.empty() ? step->range : request_.activation_ranges));
    return estimator->interval(found->second, false);
  }

  const Model& model_;
  const Ranges& ranges_;
  const SchemeRequest& request_;
  std::vector<size_t> group_;
  Plan plan_;
};

Result<Plan> decide(const Model& model, const Ranges& ranges, const SchemeRequest& request) {
  PARE_TRY(Plan plan, Decider(model, ranges, request).run());
  plan.scheme = "int8";
  return plan;
}

}  // namespace

extern const Scheme affine_scheme;
const Scheme affine_scheme{"int8", "static int8: activations per tensor, weights per channel", decide};

}  // namespace pare
