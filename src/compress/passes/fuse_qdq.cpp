// fuse_qdq: a QDQ model stores codes and computes in reals: DequantizeLinear, an operator, QuantizeLinear. This pass
// makes the three one integer operator, whose scales are the file's.
// Idea: walk forward once and know, of each real tensor, the codes that it is made of. A Dequantize gives them, and
// operators that only move elements pass them on. Looking ahead through such moves tells in which encoding all readers
// of a result want it. An operator whose operands have codes and whose result is wanted in codes has an integer form;
// the Quantize behind it is then a name for its result or, where the operator's contract fixes another encoding (an
// average pool has its operand's, a softmax 1/256), a requantization. What has no integer form stays as it is, between
// a Dequantize and a Quantize. uint8 codes become int8 codes of a zero point that is 128 less: the same reals.
// Rejected: patterns of three nodes, which miss a reshape between them, two readers, and the ends of the model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "compress/layer.hpp"
#include "compress/passes/rewrite.hpp"
#include "ops/move/move.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/quantize/quantize.hpp"

namespace pare {
namespace {

bool has_8_bits(const Encoding& e) { return e.grain == Grain::Tensor && (e.type == DType::I8 || e.type == DType::U8); }

// The encoding of the same reals in int8.
Encoding in_s8(const Encoding& e) {
  const int32_t zero = e.zero_point[0] - (e.type == DType::U8 ? 128 : 0);
  return Encoding::per_tensor(DType::I8, e.scale[0], zero, zero == 0);
}

// A constant of uint8 codes as one of int8 codes; any other as it is.
TensorInfo constant_in_s8(TensorInfo t) {
  if (t.encoding.type != DType::U8 || !t.encoding.affine()) return t;
  Tensor codes(DType::I8, t.shape);
  const auto from = t.data.view<uint8_t>();
  std::transform(from.begin(), from.end(), codes.edit<int8_t>().begin(),
                 [](uint8_t q) { return static_cast<int8_t>(q - 128); });
  t.data = std::move(codes);
  t.encoding.type = DType::I8;
  for (int32_t& zero : t.encoding.zero_point) zero -= 128;
  t.encoding.symmetric =
      std::all_of(t.encoding.zero_point.begin(), t.encoding.zero_point.end(), [](int32_t z) { return z == 0; });
  return t;
}

// Does it give elements of its operands, unchanged?
bool moves(const Op& op) {
  if (const auto* pool = dynamic_cast<const Pool2d*>(&op))
    return pool->which == Pool2d::Kind::Max && pool->activation == Activation::None;
  return dynamic_cast<const Reshape*>(&op) || dynamic_cast<const Transpose*>(&op) || dynamic_cast<const Pad*>(&op) ||
         dynamic_cast<const Slice*>(&op) || dynamic_cast<const Concat*>(&op);
}

Error not_quantized(const TensorInfo& t) {
  return {Code::Unsupported, "", fmt::format("'{}' is not quantized", t.name), "", ""};
}

class QdqFuser {
 public:
  QdqFuser(const Model& source, bool integer_interface, Changes* changes)
      : source_(source),
        integer_interface_(integer_interface),
        changes_(changes),
        out_(source),
        codes_(source.tensors.size(), kNoTensor) {
    out_.nodes.clear();
    if (out_.arithmetic == Arithmetic::Onnx) out_.arithmetic = Arithmetic::None;
  }

  Result<Model> run() {
    for (TensorInfo& t : out_.tensors)
      if (!t.constant() && has_8_bits(t.encoding)) t.encoding = in_s8(t.encoding);
    for (const TensorId id : source_.inputs) add_input(id);
    for (const Node& node : source_.nodes) add(node);
    for (TensorId& id : out_.outputs) id = output(id);
    Model lean = without_dead_parts(out_);
    PARE_TRY(verify(lean));
    return lean;
  }

 private:
  // ---- looking ahead

  // The encoding that `reader` wants its operand in, if it wants codes.
  std::optional<Encoding> wanted_by(const Node& reader) const {
    const TensorInfo& y = source_.tensor(reader.out[0]);
    if (as<Quantize>(reader.op) && has_8_bits(y.encoding)) return in_s8(y.encoding);
    return moves(*reader.op) ? wanted(reader.out[0]) : std::nullopt;
  }

  // The one encoding that all readers want.
  std::optional<Encoding> wanted(TensorId id) const {
    if (source_.is_output(id)) return std::nullopt;
    std::optional<Encoding> common;
    for (const int64_t reader : source_.consumers(id)) {
      const auto one = wanted_by(source_.nodes[static_cast<size_t>(reader)]);
      if (!one || (common && *common != *one)) return std::nullopt;
      common = one;
    }
    return common;
  }

  // ---- tensors of the new model

  TensorId codes_of(TensorId id) {
    TensorId& known = codes_[static_cast<size_t>(id)];
    const TensorInfo& t = source_.tensor(id);
    if (known == kNoTensor && t.constant() && has_8_bits(t.encoding)) known = out_.add(constant_in_s8(t));
    return known;
  }

  const Encoding& encoding_of_codes(TensorId id) { return out_.tensor(codes_of(id)).encoding; }

  TensorId add_like(TensorId id, const std::string& suffix, Encoding encoding) {
    TensorInfo t = out_.tensor(id);
    t.name += suffix;
    t.encoding = std::move(encoding);
    return out_.add(std::move(t));
  }

  void emit(std::string name, OpPtr op, TensorId in, TensorId out) {
    out_.nodes.push_back({std::move(name), std::move(op), {in}, {out}});
  }

  // The source's tensor `id` as reals; one that is known by its codes is dequantized once.
  TensorId reals_of(TensorId id) {
    const TensorId codes = codes_[static_cast<size_t>(id)];
    if (codes == kNoTensor || codes == id || !dequantized_.insert(id).second) return id;
    TensorInfo& stored = out_.tensor(codes);
    if (stored.name == out_.tensor(id).name) stored.name += ":i8";
    emit(out_.tensor(id).name, std::make_shared<Dequantize>(), codes, id);
    return id;
  }

  // Formats have no operator that computes in reals and holds codes.
  TensorId real_constant(TensorId id) {
    const TensorInfo& t = source_.tensor(id);
    return t.encoding.affine() ? out_.add_constant(t.name, dequantize(t.data, t.encoding), Encoding::plain(DType::F32))
                               : id;
  }

  // `id` as codes of `encoding`, whatever it is now.
  Result<TensorId> codes_as(TensorId id, const Encoding& encoding) {
    const TensorInfo& t = source_.tensor(id);
    const TensorId known = codes_of(id);
    if (known != kNoTensor && out_.tensor(known).encoding == encoding) return known;
    const TensorId made = add_like(id, known == kNoTensor ? ":i8" : ":requantized", encoding);
    if (t.constant()) {
      PARE_TRY(out_.tensor(made).data, quantize(dequantize(t.data, t.encoding), encoding, Rounding::HalfAway));
      return made;
    }
    emit(out_.tensor(made).name, std::make_shared<Quantize>(), known == kNoTensor ? id : known, made);
    return made;
  }

  // Where the codes of `id` go: the result of the Quantize that asks for just these, else a tensor of its own.
  TensorId place_for(TensorId id, const Encoding& encoding) {
    for (const int64_t reader : source_.consumers(id)) {
      const Node& node = source_.nodes[static_cast<size_t>(reader)];
      if (as<Quantize>(node.op) && out_.tensor(node.out[0]).encoding == encoding) return node.out[0];
    }
    return add_like(id, "", encoding);
  }

  // ---- the interface

  void add_input(TensorId id) {
    const Encoding stored = source_.tensor(id).encoding;
    if (has_8_bits(stored)) return add_input_of_codes(id, stored);
    const auto encoding = integer_interface_ && !stored.affine() ? wanted(id) : std::nullopt;
    if (!encoding) return;
    out_.tensor(id).encoding = *encoding;
    codes_[static_cast<size_t>(id)] = id;
    say({out_.tensor(id).name}, out_.tensor(id).name,
        fmt::format("input became int8, s={} z={}", encoding->scale[0], encoding->zero_point[0]));
  }

  void add_input_of_codes(TensorId id, const Encoding& stored) {
    codes_[static_cast<size_t>(id)] = id;
    if (stored.type == DType::I8 || integer_interface_) return;
    codes_[static_cast<size_t>(id)] = add_like(id, ":i8", in_s8(stored));
    out_.tensor(id).encoding = stored;
    emit(out_.tensor(id).name + ":i8", std::make_shared<Quantize>(), id, codes_[static_cast<size_t>(id)]);
  }

  TensorId output(TensorId id) {
    const Encoding& stored = source_.tensor(id).encoding;
    const TensorId codes = codes_[static_cast<size_t>(id)];
    if (codes == kNoTensor) return id;
    if (!integer_interface_ && !has_8_bits(stored)) return reals_of(id);
    if (!integer_interface_ && stored.type == DType::U8) return in_u8(id, codes, stored);
    if (std::find(out_.inputs.begin(), out_.inputs.end(), codes) == out_.inputs.end())
      out_.tensor(codes).name = source_.tensor(id).name;
    return codes;
  }

  TensorId in_u8(TensorId id, TensorId codes, const Encoding& stored) {
    auto op = std::make_shared<Quantize>();
    op->type = "u8";
    const TensorId made = add_like(id, "", stored);
    out_.tensor(codes).name = source_.tensor(id).name + ":i8";
    emit(out_.tensor(made).name, op, codes, made);
    return made;
  }

  // ---- nodes

  void say(std::vector<std::string> from, std::string to, std::string what) {
    note(changes_, {"qdq", std::move(from), std::move(to), std::move(what)});
  }

  void add(const Node& node) {
    if (as<Quantize>(node.op) && has_8_bits(source_.tensor(node.out[0]).encoding)) return add_quantize(node);
    if (as<Dequantize>(node.op) && has_8_bits(source_.tensor(node.in[0]).encoding)) return add_dequantize(node);
    if (as<Quantize>(node.op) || as<Dequantize>(node.op)) return add_real(node);
    if (moves(*node.op) && !knows_codes(node)) return add_real(node);
    const auto made = moves(*node.op) ? integer_move(node) : integer_operator(node);
    if (made) return;
    say({node.name}, node.name, fmt::format("{} stays float: {}", node.op->kind(), made.error().message()));
    add_real(node);
  }

  void add_quantize(const Node& node) {
    const TensorId codes = codes_of(node.in[0]), q = node.out[0];
    TensorId& mine = codes_[static_cast<size_t>(q)];
    mine = codes;
    if (codes != kNoTensor && out_.tensor(codes).encoding == out_.tensor(q).encoding) return;
    auto op = std::make_shared<Quantize>();
    mine = q;
    emit(node.name, op, codes == kNoTensor ? node.in[0] : codes, q);
    if (codes != kNoTensor) say({node.name}, node.name, "requantizes the codes of '" + out_.tensor(codes).name + "'");
  }

  void add_dequantize(const Node& node) { codes_[static_cast<size_t>(node.out[0])] = codes_of(node.in[0]); }

  void add_real(const Node& node) {
    Node made = node;
    for (TensorId& id : made.in)
      if (id != kNoTensor) id = source_.tensor(id).constant() ? real_constant(id) : reals_of(id);
    out_.nodes.push_back(std::move(made));
  }

  // ---- moves

  // Is there an encoding in which it could move codes?
  bool knows_codes(const Node& node) {
    const auto known = [&](TensorId id) { return id != kNoTensor && codes_of(id) != kNoTensor; };
    return wanted(node.out[0]) || std::all_of(node.in.begin(), node.in.end(), known);
  }

  // One operand's codes are moved as they are; several must first be brought to one encoding.
  Result<Encoding> moved_encoding(const Node& node) {
    const auto behind = wanted(node.out[0]);
    const bool single = node.in.size() == 1;
    if (behind && !(single && codes_of(node.in[0]) != kNoTensor)) return *behind;
    const Encoding first = encoding_of_codes(node.in[0]);
    for (const TensorId id : node.in)
      if (encoding_of_codes(id) != first)
        return Error{Code::Unsupported, "", "its operands have several encodings and its result none", "", ""};
    return first;
  }

  Result<void> integer_move(const Node& node) {
    PARE_TRY(const Encoding encoding, moved_encoding(node));
    Node made = node;
    for (TensorId& id : made.in) {
      PARE_TRY(id, codes_as(id, encoding));
    }
    return finish(node, std::move(made), encoding);
  }

  // ---- operators that compute

  Result<void> integer_operator(const Node& node) {
    remark_.clear();
    PARE_TRY(const Encoding encoding, result_encoding(node));
    PARE_TRY(Node made, with_coded_operands(node));
    PARE_TRY(finish(node, std::move(made), encoding));
    say(fused_names(node), node.name, std::string(node.op->kind()) + " became integer" + remark_);
    return {};
  }

  Result<Encoding> result_encoding(const Node& node) {
    const Contract contract = node.op->contract();
    if (!contract.integer) return Error{Code::Unsupported, "", "it has no integer form", "", ""};
    const auto behind = wanted(node.out[0]);
    const bool fixed = contract.output == Contract::Output::Fixed;
    if (!behind && !(fixed && ends_model(node.out[0]))) return not_quantized(source_.tensor(node.out[0]));
    if (fixed) return Encoding::per_tensor(DType::I8, contract.scale, contract.zero_point, contract.zero_point == 0);
    if (contract.output == Contract::Output::Own) return *behind;
    if (codes_of(node.in[0]) == kNoTensor) return not_quantized(source_.tensor(node.in[0]));
    return encoding_of_codes(node.in[0]);
  }

  // A result whose encoding nobody states may become an output in the encoding that its operator fixes.
  bool ends_model(TensorId id) const {
    return integer_interface_ && source_.is_output(id) && source_.consumers(id).empty();
  }

  Result<Node> with_coded_operands(const Node& node) {
    const Contract contract = node.op->contract();
    Node made = node;
    for (size_t i = 0; i < made.in.size(); ++i) {
      TensorId& id = made.in[i];
      if (id == kNoTensor || static_cast<int>(i) == contract.bias) continue;
      const bool weights = static_cast<int>(i) == contract.weights && source_.tensor(id).constant();
      const TensorId codes = weights ? out_.add(constant_in_s8(source_.tensor(id))) : codes_of(id);
      if (codes == kNoTensor) return not_quantized(source_.tensor(id));
      id = codes;
    }
    if (contract.weights >= 0) {
      PARE_TRY(encode_bias(made, contract));
    }
    return made;
  }

  static Result<void> expect_weights(const TensorInfo& t, int64_t channel_axis) {
    const Encoding& e = t.encoding;
    const bool along_output = e.grain != Grain::Channel || e.axis == channel_axis;
    if (e.affine() && e.type == DType::I8 && along_output) return {};
    return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(e)),
                 "i8/tensor/sym or i8/channel/sym along axis " + std::to_string(channel_axis), ""};
  }

  // A bias is int32 at s_x s_w. One that the file holds so keeps its codes.
  Result<void> encode_bias(Node& made, const Contract& contract) {
    const TensorInfo weights = out_.tensor(made.in[static_cast<size_t>(contract.weights)]);
    PARE_TRY(expect_weights(weights, contract.channel_axis));
    const auto bias = static_cast<size_t>(contract.bias);
    if (made.in.size() <= bias || made.in[bias] == kNoTensor) return check_accumulator(made, weights, nullptr);
    const TensorInfo& stored = source_.tensor(made.in[bias]);
    if (!stored.constant()) return not_quantized(stored);
    TensorInfo codes = encoded_bias(stored, out_.tensor(made.in[0]).encoding.scale[0], weights.encoding);
    if (same_scales(stored, codes)) {
      codes.data = stored.data;
    } else {
      PARE_TRY(expect_in_range(codes));
      remark_ = fmt::format("; its bias '{}' was quantized anew, as it was {}", stored.name,
                            stored.encoding.affine() ? "not at the scales s_x s_w" : "float");
    }
    PARE_TRY(check_accumulator(made, weights, &codes));
    made.in[bias] = out_.add(std::move(codes));
    return {};
  }

  static Result<void> expect_in_range(const TensorInfo& bias) {
    for (const int32_t q : bias.data.view<int32_t>())
      if (std::fabs(q) >= kMaxBias)
        return Error{Code::Unsupported, "", fmt::format("its bias '{}' is beyond 2^30 steps", bias.name), "", ""};
    return {};
  }

  // Equal but for float32's rounding of the product.
  static bool same_scales(const TensorInfo& stored, const TensorInfo& codes) {
    const Encoding &a = stored.encoding, &b = codes.encoding;
    if (a.type != DType::I32 || !a.affine()) return false;
    for (int64_t c = 0; c < stored.data.count(); ++c)
      if (a.zero_at(c) != 0 || std::fabs(a.scale_at(c) - b.scale_at(c)) > 1e-6f * b.scale_at(c)) return false;
    return true;
  }

  // ---- both

  // Adds `made` with codes as its result, if its operator can compute them.
  Result<void> finish(const Node& node, Node made, const Encoding& encoding) {
    made.out[0] = place_for(node.out[0], encoding);
    PARE_TRY(try_integer(made));
    codes_[static_cast<size_t>(node.out[0])] = made.out[0];
    out_.nodes.push_back(std::move(made));
    return {};
  }

  // Whether an integer kernel exists does not depend on which Arithmetic with integers is meant.
  Result<void> try_integer(const Node& made) const {
    PrepareInput input{{}, {}, Arithmetic::Tflm, Isa::Portable};
    for (const TensorId id : made.in) input.in.push_back(id == kNoTensor ? nullptr : &out_.tensor(id));
    for (const TensorId id : made.out) input.out.push_back(&out_.tensor(id));
    PARE_TRY(const Kernel kernel, made.op->prepare(input));
    return {};
  }

  // The node with the Dequantize nodes before and the Quantize nodes behind it.
  std::vector<std::string> fused_names(const Node& node) const {
    std::vector<std::string> names;
    for (const TensorId id : node.in) {
      const int64_t before = id == kNoTensor ? -1 : source_.producer(id);
      if (before >= 0 && as<Dequantize>(source_.nodes[static_cast<size_t>(before)].op))
        names.push_back(source_.nodes[static_cast<size_t>(before)].name);
    }
    names.push_back(node.name);
    for (const int64_t reader : source_.consumers(node.out[0]))
      if (as<Quantize>(source_.nodes[static_cast<size_t>(reader)].op))
        names.push_back(source_.nodes[static_cast<size_t>(reader)].name);
    return names;
  }

  const Model& source_;
  bool integer_interface_;
  Changes* changes_;
  Model out_;
  std::vector<TensorId> codes_;     // of the source's tensors: the int8 tensor of the new model that holds them
  std::string remark_;              // on the operator at hand
  std::set<TensorId> dequantized_;  // the source's tensors that have codes and whose reals exist as well
};

}  // namespace

Result<Model> fuse_qdq(const Model& model, bool integer_interface, Changes* changes) {
  return QdqFuser(model, integer_interface, changes).run();
}

}  // namespace pare
