// What keeps all elements: changes of shape and order, and operators that vanish.
#include <fmt/format.h>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/ops.hpp"
#include "formats/onnx/parameters.hpp"
#include "ops/move/move.hpp"

namespace pare::onnx {
namespace {

Result<void> pass_through(Call& call) {
  PARE_TRY(call.expect(1));
  call.bind(call.tensor(0));
  return {};
}

// Training alone drops anything.
Result<void> dropout(Call& call) {
  if (call.has(2)) {
    PARE_TRY(const std::vector<int64_t> training, call.integers(2));
    if (training.size() != 1 || training[0] != 0) return unsupported("training_mode", "inference");
  }
  return pass_through(call);
}

// Any operator that only changes the shape; it vanishes if it does not even do that.
template <Result<Shape> (*kShape)(const Call&)>
Result<void> shape_change(Call& call) {
  PARE_TRY(const Shape shape, kShape(call));
  if (shape == call.shape(0)) return pass_through(call);
  auto op = std::make_shared<Reshape>();
  op->shape = shape;
  return call.become(std::move(op), {call.tensor(0)});
}

Result<void> transpose(Call& call) {
  auto op = std::make_shared<Transpose>();
  PARE_TRY(op->perm, transpose_perm(call));
  if (op->perm.empty()) return pass_through(call);
  return call.become(std::move(op), {call.tensor(0)});
}

// Operands of one Encoding. A constant of bare integers takes the others'.
Result<TensorId> like_first(Call& call, size_t index) {
  const Encoding first = call.encoding(0), own = call.encoding(index);
  if (first == own) return call.tensor(index);
  const bool bare =
      call.value(index).constant() && !own.affine() && own.type == first.type && first.grain == Grain::Tensor;
  if (!bare)
    return unsupported(fmt::format("operands encoded as {} and {}", to_string(first), to_string(own)),
                       "one encoding and scale");
  Value coded = call.value(index);
  coded.encoding = first;
  return call.add_constant(coded, index);
}

Result<void> concat(Call& call) {
  auto op = std::make_shared<Concat>();
  PARE_TRY(op->axis, concat_axis(call));
  if (call.operand_count() == 1) return pass_through(call);
  std::vector<TensorId> in;
  for (size_t i = 0; i < call.operand_count(); ++i) {
    PARE_TRY(call.expect(i + 1));
    PARE_TRY(const TensorId id, like_first(call, i));
    in.push_back(id);
  }
  return call.become(std::move(op), std::move(in));
}

// Reals of any width are f32 here, so casts among them vanish.
Result<void> cast_to(Call& call, DType type) {
  const Encoding& e = call.encoding(0);
  if (e.type == type && !e.affine()) return pass_through(call);
  return unsupported(fmt::format("a conversion of '{}' from {} to {}", call.node().in[0], to_string(e), name_of(type)));
}

Result<void> cast_node(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const DType type, cast_type(call));
  return cast_to(call, type);
}

Result<void> cast_like(Call& call) {
  PARE_TRY(call.expect(2));
  const DType type = call.encoding(1).affine() ? DType::F32 : call.encoding(1).type;
  if (!call.value(0).constant()) return cast_to(call, type);
  PARE_TRY(const Tensor x, call.numbers(0));
  PARE_TRY(Tensor y, cast(x, type));
  return call.bind(std::move(y));
}

// Exporters expand to the shape that is there already.
Result<void> expand(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const std::vector<int64_t> wanted, call.integers(1));
  PARE_TRY(const Shape shape, common_shape(call.shape(0), wanted));
  if (shape == call.shape(0)) return pass_through(call);
  return unsupported(fmt::format("repetition of {} to {}", to_string(call.shape(0)), to_string(shape)),
                     "a constant operand");
}

// Shapes are fixed, so they are constants.
Result<void> shape(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const int64_t start, integer_of(call.node(), "start", 0));
  PARE_TRY(const int64_t end, integer_of(call.node(), "end", call.rank(0)));
  PARE_TRY(const Cut c, cut_of({call.rank(0)}, {{start}, {end}, {}, {}}));
  const Tensor extents = Tensor::of<int64_t>({call.rank(0)}, call.shape(0));
  PARE_TRY(Tensor part, cut(extents, c));
  return call.bind(std::move(part));
}

Result<void> size(Call& call) {
  PARE_TRY(call.expect(1));
  return call.bind(Tensor::of<int64_t>({}, {count_of(call.shape(0))}));
}

constexpr Row kRows[] = {
    {"Cast", cast_node, true},
    {"CastLike", cast_like, true},
    {"Concat", concat, true},
    {"Dropout", dropout, true},
    {"Expand", expand, true},
    {"Flatten", shape_change<flatten_shape>, true},
    {"Identity", pass_through, true},
    {"Reshape", shape_change<reshape_shape>, true},
    {"Shape", shape, true},
    {"Size", size, true},
    {"Squeeze", shape_change<squeeze_shape>, true},
    {"Transpose", transpose, true},
    {"Unsqueeze", shape_change<unsqueeze_shape>, true},
};

}  // namespace

std::span<const Row> move_rows() { return kRows; }

}  // namespace pare::onnx
