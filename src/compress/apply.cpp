// apply: a resolved plan and a float Model become an integer Model. No data is needed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compress/layer.hpp"
#include "compress/selectors.hpp"
#include "ops/quantize/quantize.hpp"
#include "pare/compress.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

class Applier {
 public:
  Applier(const Plan& plan, const Model& model, bool strict_bias, std::vector<std::string>* notes)
      : plan_(plan), source_(model), out_(model), strict_bias_(strict_bias), notes_(notes) {
    out_.nodes.clear();
  }

  Result<Model> run(Arithmetic arithmetic) {
    out_.arithmetic = arithmetic;
    PARE_TRY(check_selectors(plan_, source_));
    encode_activations();
    for (const Node& node : source_.nodes) {
      PARE_TRY(add(node));
    }
    Model lean = without_dead_parts(out_);
    PARE_TRY(verify(lean));
    return lean;
  }

 private:
  void encode_activations() {
    for (TensorInfo& t : out_.tensors) {
      if (t.constant()) continue;
      if (const PlanStep* step = last_match(plan_, "activations:" + t.name)) t.encoding = step->encoding;
    }
  }

  bool encoded(TensorId id) const { return id == kNoTensor || out_.tensor(id).constant() || out_.tensor(id).encoding.affine(); }

  bool is_integer(const Node& node) const {
    const auto all = [&](const std::vector<TensorId>& ids) { return std::all_of(ids.begin(), ids.end(), [&](TensorId id) { return encoded(id); }); };
    return stays_integer(&plan_, node) && all(node.in) && all(node.out);
  }

  Result<void> add(const Node& node) { return is_integer(node) ? add_integer(node) : add_float(node); }

  // ---- float islands

  void add_float_operands(Node& made) {
    for (TensorId& id : made.in)
      if (id != kNoTensor && !out_.tensor(id).constant() && out_.tensor(id).encoding.affine()) id = as_float(id);
  }

  TensorId as_float(TensorId id) {
    const auto known = floats_.find(id);
    if (known != floats_.end()) return known->second;
    TensorInfo t = out_.tensor(id);
    t.name += ":f32";
    t.encoding = Encoding::plain(DType::F32);
    const std::string name = t.name;
    const TensorId made = out_.add(std::move(t));
    out_.nodes.push_back({name, std::make_shared<Dequantize>(), {id}, {made}});
    return floats_[id] = made;
  }

  Result<void> add_float(const Node& node) {
    Node made = node;
    add_float_operands(made);
    std::vector<Node> behind;
    for (TensorId& id : made.out) {
      if (!out_.tensor(id).encoding.affine()) continue;
      TensorInfo t = out_.tensor(id);
      t.name += ":f32";
      t.encoding = Encoding::plain(DType::F32);
      const TensorId real = out_.add(t);
      behind.push_back({out_.tensor(id).name, std::make_shared<Quantize>(), {real}, {id}});
      floats_[id] = real;
      id = real;
    }
    out_.nodes.push_back(std::move(made));
    out_.nodes.insert(out_.nodes.end(), behind.begin(), behind.end());
    return {};
  }

  // ---- integer nodes

  Result<void> add_integer(const Node& node) {
    const Contract contract = node.op->contract();
    Node made = node;
    if (contract.output == Contract::Output::Input) share_encoding(made);
    if (contract.weights >= 0) {
      PARE_TRY(encode_layer(made, contract));
    } else {
      PARE_TRY(encode_constants(made, contract));
    }
    out_.nodes.push_back(std::move(made));
    return {};
  }

  // Operands whose encoding differs from the result's are requantized first.
  void share_encoding(Node& made) {
    const Encoding wanted = out_.tensor(made.out[0]).encoding;
    for (TensorId& id : made.in) {
      if (id == kNoTensor || out_.tensor(id).constant() || out_.tensor(id).encoding == wanted) continue;
      TensorInfo t = out_.tensor(id);
      t.name += ":for:" + made.name;
      t.encoding = wanted;
      const std::string name = t.name;
      const TensorId shared = out_.add(std::move(t));
      out_.nodes.push_back({name, std::make_shared<Quantize>(), {id}, {shared}});
      id = shared;
    }
  }

  Result<void> encode_constants(Node& made, const Contract& contract) {
    for (TensorId& id : made.in) {
      if (id == kNoTensor || !out_.tensor(id).constant()) continue;
      const PlanStep* step = last_match(plan_, "weights:" + made.name);
      const bool shared = contract.output == Contract::Output::Input;
      if (!step && !shared) return missing("weights:" + made.name);
      PARE_TRY(id, encoded_constant(out_.tensor(id), shared ? out_.tensor(made.out[0]).encoding : step->encoding));
    }
    return {};
  }

  static Error missing(const std::string& what) {
    return {Code::InvalidArgument, "plan", fmt::format("no encoding with a scale for '{}'", what), "a resolved plan",
            "Give ranges, or use the plan that `pare quantize` wrote"};
  }

  Result<TensorId> encoded_constant(TensorInfo t, Encoding encoding) {
    auto codes = quantize(dequantize(t.data, t.encoding), encoding, Rounding::HalfAway);
    if (!codes) return codes.error().at("tensor '" + t.name + "'");
    t.data = std::move(*codes);
    t.encoding = std::move(encoding);
    return out_.add(std::move(t));
  }

  Result<void> encode_layer(Node& made, const Contract& contract) {
    const auto weights = static_cast<size_t>(contract.weights), bias = static_cast<size_t>(contract.bias);
    const PlanStep* step = last_match(plan_, "weights:" + made.name);
    if (!step || step->encoding.scale.empty()) return missing("weights:" + made.name);
    Encoding encoding = step->encoding;
    const bool has_bias = made.in.size() > bias && made.in[bias] != kNoTensor;
    const float in_scale = out_.tensor(made.in[0]).encoding.scale[0];
    if (has_bias) {
      PARE_TRY(make_room_for_bias(made, out_.tensor(made.in[bias]), in_scale, encoding));
    }
    PARE_TRY(made.in[weights], encoded_constant(out_.tensor(made.in[weights]), encoding));
    if (has_bias) made.in[bias] = out_.add(encoded_bias(out_.tensor(made.in[bias]), in_scale, encoding));
    return check_accumulator(made, out_.tensor(made.in[weights]), has_bias ? &out_.tensor(made.in[bias]) : nullptr);
  }

  // A nearly dead channel has a tiny weight scale, in which its bias is beyond int32: such a channel's scale is raised.
  Result<void> make_room_for_bias(const Node& node, const TensorInfo& bias, float in_scale, Encoding& encoding) {
    const Tensor reals = dequantize(bias.data, bias.encoding);
    const auto values = reals.view<float>();
    int64_t raised = 0;
    for (size_t c = 0; c < values.size(); ++c) {
      float& scale = encoding.scale[encoding.scale.size() > 1 ? c : 0];
      const double least = std::fabs(static_cast<double>(values[c])) / (static_cast<double>(in_scale) * kMaxBias);
      if (static_cast<double>(scale) >= least) continue;
      scale = std::nextafterf(static_cast<float>(least), INFINITY);
      ++raised;
    }
    if (raised == 0) return {};
    if (strict_bias_)
      return Error{Code::InvalidModel, fmt::format("node '{}'", node.name), fmt::format("{} biases beyond 2^30 steps", raised),
                   "biases that fit int32", "Leave out --strict-bias to have the weight scales raised"};
    if (notes_) notes_->push_back(fmt::format("node '{}': the weight scale of {} channels was raised so that the bias fits int32", node.name, raised));
    return {};
  }

  const Plan& plan_;
  const Model& source_;
  Model out_;
  bool strict_bias_;
  std::vector<std::string>* notes_;
  std::map<TensorId, TensorId> floats_;
};

}  // namespace

Result<Model> apply(const Plan& plan, const Model& model, Arithmetic arithmetic, bool strict_bias, std::vector<std::string>* notes) {
  return Applier(plan, model, strict_bias, notes).run(arithmetic);
}

}  // namespace pare
