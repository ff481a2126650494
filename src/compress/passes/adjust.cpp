// adjust: readers put a transpose before and after every spatial operator; this pass makes them vanish.
// Idea: walk forward once and keep every tensor of the source as a *view*: a tensor of the new model and the order of
// axes in which the source sees it. A transpose only composes orders. An operator that does not care about the order
// (element by element, concat, pad, slice, mean, ...) is written on the viewed tensors with its axes renamed, and its
// result is a view again. Only an operator that does care gets a real transpose; a dense layer behind a flattening gets
// its weights reordered instead. Cost: one pass over the nodes.
// Rejected: moving transposes pairwise until nothing changes, which needs many passes and a cost model to end.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compress/passes/axes.hpp"
#include "compress/passes/rewrite.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/binary/binary.hpp"
#include "ops/dense/dense.hpp"
#include "ops/move/move.hpp"
#include "ops/quantize/quantize.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/unary/unary.hpp"

namespace pare {
namespace {

const Perm kNhwcToNchw = {0, 3, 1, 2};

// The source's tensor is transpose(base, perm); `flattened`: reshaped afterwards to the source's shape.
struct View {
  TensorId base = kNoTensor;
  Perm perm;
  bool flattened = false;

  bool plain() const { return !flattened && is_identity(perm); }
};

class Adjuster {
 public:
  Adjuster(const Model& source, bool nhwc, Changes* changes)
      : source_(source), nhwc_(nhwc), changes_(changes), views_(source.tensors.size()) {
    out_.name = source.name;
    out_.metadata = source.metadata;
    out_.arithmetic = source.arithmetic;
  }

  Result<Model> run() {
    for (const TensorId id : source_.inputs) add_input(id);
    for (const Node& node : source_.nodes) {
      PARE_TRY(adjust(node));
    }
    for (const TensorId id : source_.outputs) {
      PARE_TRY(add_output(id));
    }
    Model lean = without_dead_parts(out_);
    report(lean);
    return lean;
  }

 private:
  const TensorInfo& info(TensorId id) const { return source_.tensor(id); }

  View& view(TensorId id) {
    View& v = views_[static_cast<size_t>(id)];
    if (v.base == kNoTensor) v = {out_.add(info(id)), identity_perm(info(id).shape.size())};
    return v;
  }

  bool constant(TensorId id) const { return info(id).constant(); }

  // ---- the interface

  bool is_nchw(TensorId id) const { return info(id).axes == "nchw" && info(id).shape.size() == 4; }

  void add_input(TensorId id) {
    const Perm perm = nhwc_ && is_nchw(id) ? kNhwcToNchw : identity_perm(info(id).shape.size());
    const TensorId base = out_.add(as_base(id, perm));
    views_[static_cast<size_t>(id)] = {base, perm};
    out_.inputs.push_back(base);
  }

  Result<void> add_output(TensorId id) {
    const View v = view(id);
    const bool as_nhwc = nhwc_ && is_nchw(id) && !v.flattened && v.perm == kNhwcToNchw;
    if (v.plain() || as_nhwc) {
      out_.outputs.push_back(v.base);
      return {};
    }
    std::string& name = out_.tensor(v.base).name;
    if (name == info(id).name) name += ":base";
    PARE_TRY(const TensorId plain, materialize(id));
    out_.outputs.push_back(plain);
    return {};
  }

  // ---- writing nodes

  // The tensor of which the source's tensor `id` is the transpose by `perm`.
  TensorInfo as_base(TensorId id, const Perm& perm) const {
    TensorInfo t = info(id);
    const Perm back = inverse(perm);
    t.shape = permuted(t.shape, back);
    if (!t.axes.empty()) t.axes = permuted(t.axes, back);
    if (t.encoding.grain == Grain::Channel) t.encoding.axis = perm[static_cast<size_t>(t.encoding.axis)];
    return t;
  }

  void emit(const Node& node, OpPtr op, std::vector<TensorId> in, const Perm& out_perm) {
    Node made{node.name, std::move(op), std::move(in), {}};
    for (const TensorId id : node.out) {
      made.out.push_back(out_.add(as_base(id, out_perm)));
      views_[static_cast<size_t>(id)] = {made.out.back(), out_perm};
    }
    out_.nodes.push_back(std::move(made));
  }

  Result<TensorId> append(const std::string& name, OpPtr op, TensorId in) {
    PARE_TRY(const std::vector<TensorId> made, out_.append(name, std::move(op), {in}));
    TensorInfo& t = out_.tensor(made[0]);
    t.encoding = out_.tensor(in).encoding;
    return made[0];
  }

  Result<TensorId> append_reshape(const std::string& name, TensorId in, const Shape& shape) {
    auto op = std::make_shared<Reshape>();
    op->shape = shape;
    return append(name, op, in);
  }

  // A tensor with the source's own order of axes.
  Result<TensorId> materialize(TensorId id) {
    const View v = view(id);
    if (v.plain()) return v.base;
    TensorId made = v.base;
    if (!keeps_order(out_.tensor(v.base).shape, v.perm)) {
      auto op = std::make_shared<Transpose>();
      op->perm = v.perm;
      PARE_TRY(made, append(info(id).name + (v.flattened ? ":transposed" : ""), op, made));
    }
    if (out_.tensor(made).shape != info(id).shape) {
      PARE_TRY(made, append_reshape(info(id).name, made, info(id).shape));
    }
    out_.tensor(made).axes = info(id).axes;
    views_[static_cast<size_t>(id)] = {made, identity_perm(info(id).shape.size())};
    return made;
  }

  Result<void> adjust_plainly(const Node& node) {
    std::vector<TensorId> in;
    for (const TensorId id : node.in) {
      if (id == kNoTensor) {
        in.push_back(kNoTensor);
        continue;
      }
      PARE_TRY(const TensorId plain, materialize(id));
      in.push_back(plain);
    }
    const std::vector<TensorId> outs = node.out;
    Node made{node.name, node.op, std::move(in), {}};
    for (const TensorId id : outs) {
      made.out.push_back(out_.add(info(id)));
      views_[static_cast<size_t>(id)] = {made.out.back(), identity_perm(info(id).shape.size())};
    }
    out_.nodes.push_back(std::move(made));
    return {};
  }

  // ---- one rule for each kind of operator

  Result<void> adjust(const Node& node) {
    if (const auto* op = as<Transpose>(node.op)) return pass_transpose(node, *op);
    if (as<Reshape>(node.op)) return pass_reshape(node);
    if (as<Dense>(node.op)) return pass_dense(node);
    if (as<Binary>(node.op) || as<Concat>(node.op)) return pass_together(node);
    const View& first = view(node.in[0]);
    const OpPtr renamed = first.plain() || first.flattened ? nullptr : with_axes_renamed(node, first.perm);
    if (!renamed) return adjust_plainly(node);
    emit(node, renamed, operands_of_one(node), out_perm(node, first.perm));
    return {};
  }

  std::vector<TensorId> operands_of_one(const Node& node) {
    std::vector<TensorId> in;
    for (const TensorId id : node.in) in.push_back(id == kNoTensor ? kNoTensor : view(id).base);
    return in;
  }

  Result<void> pass_transpose(const Node& node, const Transpose& op) {
    View v = view(node.in[0]);
    if (v.flattened) return adjust_plainly(node);
    v.perm = compose(v.perm, op.perm);
    std::string& name = out_.tensor(v.base).name;
    if (name.starts_with(info(node.out[0]).name + ":")) {
      name = info(node.out[0]).name;
      if (!info(node.out[0]).axes.empty()) out_.tensor(v.base).axes = permuted(info(node.out[0]).axes, inverse(v.perm));
    }
    views_[static_cast<size_t>(node.out[0])] = v;
    cancelled_.push_back(node.name);
    return {};
  }

  Result<void> pass_reshape(const Node& node) {
    const View v = view(node.in[0]);
    const Shape &from = info(node.in[0]).shape, &to = info(node.out[0]).shape;
    if (v.flattened || v.plain()) return adjust_plainly(node);
    if (keeps_order(out_.tensor(v.base).shape, v.perm)) {
      emit(node, node.op, {v.base}, identity_perm(to.size()));
      return {};
    }
    if (to.size() != 2 || to[0] != from[0] || v.perm[0] != 0) return adjust_plainly(node);
    views_[static_cast<size_t>(node.out[0])] = {v.base, v.perm, true};
    return {};
  }

  // A dense layer reads all elements of a sample: reorder its weights' columns instead of the elements.
  Result<void> pass_dense(const Node& node) {
    const View v = view(node.in[0]);
    const Shape& base = out_.tensor(v.base).shape;
    const TensorInfo& weights = info(node.in[1]);
    const bool whole = !v.plain() && !v.perm.empty() && v.perm[0] == 0 && weights.constant() && base[0] > 0 &&
                       count_of(base) / base[0] == weights.shape[1] && info(node.out[0]).shape.size() == 2;
    if (!whole || keeps_order(base, v.perm)) return adjust_plainly(node);
    PARE_TRY(const TensorId flat, append_reshape(node.name + ":flat", v.base, {base[0], weights.shape[1]}));
    std::vector<TensorId> in = {flat, out_.add(with_columns_moved(weights, base, v.perm))};
    for (size_t i = 2; i < node.in.size(); ++i) in.push_back(node.in[i] == kNoTensor ? kNoTensor : view(node.in[i]).base);
    emit(node, node.op, std::move(in), identity_perm(2));
    note(changes_, {"adjust", {node.name}, node.name, "weights reordered so that no transpose is needed"});
    return {};
  }

  static TensorInfo with_columns_moved(const TensorInfo& weights, const Shape& base, const Perm& perm) {
    Shape sample = base;
    sample[0] = 1;
    const std::vector<int64_t> order = source_indices(sample, perm);
    TensorInfo moved = weights;
    const auto size = static_cast<size_t>(bytes_of(weights.data.type())), columns = order.size();
    std::byte* to = moved.data.data_for_edit();
    for (size_t row = 0; row < static_cast<size_t>(weights.shape[0]); ++row)
      for (size_t i = 0; i < columns; ++i)
        std::memcpy(to + (row * columns + static_cast<size_t>(order[i])) * size,
                    weights.data.data() + (row * columns + i) * size, size);
    return moved;
  }

  // Operators of several operands: all must be seen in the same order; constants are brought into it.
  Result<void> pass_together(const Node& node) {
    const size_t rank = info(node.out[0]).shape.size();
    Perm perm;
    for (const TensorId id : node.in)
      if (!constant(id) && perm.empty() && !view(id).flattened) perm = view(id).perm;
    if (perm.size() != rank || is_identity(perm)) return adjust_plainly(node);
    for (const TensorId id : node.in)
      if (constant(id) ? info(id).shape.size() > rank : view(id).flattened || view(id).perm != perm)
        return adjust_plainly(node);
    std::vector<TensorId> in;
    for (const TensorId id : node.in) in.push_back(constant(id) ? constant_in(id, perm) : view(id).base);
    OpPtr op = node.op;
    if (const auto* concat = as<Concat>(node.op)) {
      auto renamed = std::make_shared<Concat>(*concat);
      renamed->axis = perm[static_cast<size_t>(concat->axis)];
      op = renamed;
    }
    emit(node, op, std::move(in), perm);
    return {};
  }

  TensorId constant_in(TensorId id, const Perm& perm) {
    TensorInfo t = info(id);
    if (count_of(t.shape) == 1) return view(id).base;
    const auto missing = static_cast<int64_t>(perm.size() - t.shape.size());
    t.shape.insert(t.shape.begin(), static_cast<size_t>(missing), 1);
    t.data = transposed(t.data.reshaped(t.shape), inverse(perm));
    t.shape = t.data.shape();
    if (t.encoding.grain == Grain::Channel) t.encoding.axis = perm[static_cast<size_t>(t.encoding.axis + missing)];
    return out_.add(std::move(t));
  }

  // The operator for operands whose axes are named anew, or null if it depends on their order.
  static OpPtr with_axes_renamed(const Node& node, const Perm& perm) {
    if (as<Unary>(node.op) || as<Quantize>(node.op) || as<Dequantize>(node.op)) return node.op;
    if (const auto* op = as<Pad>(node.op)) return renamed(*op, perm);
    if (const auto* op = as<Slice>(node.op)) return renamed(*op, perm);
    if (const auto* op = as<Mean>(node.op)) return renamed(*op, perm);
    if (const auto* op = as<BatchNorm>(node.op)) return with_axis(*op, perm);
    if (const auto* op = as<Softmax>(node.op)) return with_axis(*op, perm);
    return nullptr;
  }

  template <class T>
  static OpPtr with_axis(const T& op, const Perm& perm) {
    auto made = std::make_shared<T>(op);
    made->axis = perm[static_cast<size_t>(op.axis)];
    return made;
  }

  static OpPtr renamed(const Pad& op, const Perm& perm) {
    auto made = std::make_shared<Pad>(op);
    made->before = permuted(op.before, inverse(perm));
    made->after = permuted(op.after, inverse(perm));
    return made;
  }

  static OpPtr renamed(const Slice& op, const Perm& perm) {
    auto made = std::make_shared<Slice>(op);
    made->begin = permuted(op.begin, inverse(perm));
    made->size = permuted(op.size, inverse(perm));
    made->step = permuted(op.step, inverse(perm));
    return made;
  }

  static OpPtr renamed(const Mean& op, const Perm& perm) {
    auto made = std::make_shared<Mean>(op);
    made->axes = permuted(perm, op.axes);
    std::sort(made->axes.begin(), made->axes.end());
    return made;
  }

  // How the source sees the result: as it sees the operand, less the axes that a mean took away.
  static Perm out_perm(const Node& node, const Perm& perm) {
    const auto* mean = as<Mean>(node.op);
    if (!mean || mean->keep_dims) return perm;
    std::vector<int64_t> left, sorted;
    for (size_t k = 0; k < perm.size(); ++k)
      if (std::find(mean->axes.begin(), mean->axes.end(), static_cast<int64_t>(k)) == mean->axes.end()) left.push_back(perm[k]);
    sorted = left;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t& axis : left) axis = std::find(sorted.begin(), sorted.end(), axis) - sorted.begin();
    return left;
  }

  void report(const Model& lean) {
    std::vector<std::string> remaining;
    for (const Node& node : lean.nodes)
      if (as<Transpose>(node.op)) remaining.push_back(node.name);
    if (!cancelled_.empty())
      note(changes_, {"adjust", cancelled_, "", fmt::format("{} transposes moved, {} remain", cancelled_.size(), remaining.size())});
    for (const std::string& name : remaining) note(changes_, {"adjust", {name}, name, "this transpose remains"});
  }

  const Model& source_;
  bool nhwc_;
  Changes* changes_;
  Model out_;
  std::vector<View> views_;
  std::vector<std::string> cancelled_;
};

}  // namespace

Result<Model> adjust(const Model& model, bool nhwc_interface, Changes* changes) {
  return Adjuster(model, nhwc_interface, changes).run();
}

}  // namespace pare
