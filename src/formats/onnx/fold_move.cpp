// Folding of what moves elements or converts their type. Stored integers keep their Encoding where a move is the same
// for every channel; elsewhere their reals are moved.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/parameters.hpp"

namespace pare::onnx {
namespace {

// A constant with per-tensor or no scales as it is, others as reals: it may then be moved in any way.
Result<Value> movable(const Call& call, size_t index) {
  PARE_TRY(call.expect(index + 1));
  PARE_TRY(Value v, call.constant(index));
  if (v.encoding.grain != Grain::Channel) return v;
  return constant_of(dequantize(v.data, v.encoding));
}

// The same value with other elements.
Value with_data(Value v, Tensor data) {
  v.data = std::move(data);
  v.id = kNoTensor;
  return v;
}

Result<void> fold_identity(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(Value v, call.constant(0));
  return call.bind(std::move(v));
}

// Any operator that only changes the shape.
template <Result<Shape> (*kShape)(const Call&)>
Result<void> fold_shape_change(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(const Shape shape, kShape(call));
  return call.bind(with_data(v, v.data.reshaped(shape)));
}

Result<void> fold_transpose(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const Value v, call.constant(0));
  PARE_TRY(const std::vector<int64_t> perm, transpose_perm(call));
  PARE_TRY(Value y, permuted(v, perm));
  return call.bind(std::move(y));
}

Result<void> fold_slice(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(const Cut c, slice_cut(call));
  PARE_TRY(Tensor y, cut(v.data, c));
  return call.bind(with_data(v, std::move(y)));
}

Result<void> fold_split(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(const Pieces pieces, split_pieces(call));
  int64_t begin = 0;
  for (size_t i = 0; i < pieces.sizes.size(); begin += pieces.sizes[i++]) {
    PARE_TRY(Tensor y, cut(v.data, Cut::part(v.data.shape(), pieces.axis, begin, pieces.sizes[i])));
    PARE_TRY(call.bind(with_data(v, std::move(y)), i));
  }
  return {};
}

Result<void> fold_expand(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(call.expect(2));
  PARE_TRY(const std::vector<int64_t> wanted, call.integers(1));
  PARE_TRY(const Shape shape, common_shape(v.data.shape(), wanted));
  PARE_TRY(Tensor y, broadcast_to(v.data, shape));
  return call.bind(with_data(v, std::move(y)));
}

// Tiling is broadcasting along new axes of their own, whose extents are then merged with the old ones.
Result<void> fold_tile(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(call.expect(2));
  PARE_TRY(const std::vector<int64_t> repeats, call.integers(1));
  Tensor y = v.data;
  if (repeats.size() != y.shape().size())
    return invalid(fmt::format("{} repeats", repeats.size()), fmt::format("{}, one an axis", y.shape().size()));
  for (size_t k = 0; k < repeats.size(); ++k) {
    const Shape old = y.shape();
    const auto middle = old.begin() + static_cast<ptrdiff_t>(k);
    const int64_t outer = count_of(Shape(old.begin(), middle)), inner = count_of(Shape(middle, old.end()));
    PARE_TRY(const Tensor wide, broadcast_to(y.reshaped({outer, 1, inner}), {outer, repeats[k], inner}));
    Shape shape = old;
    shape[k] *= repeats[k];
    y = wide.reshaped(shape);
  }
  return call.bind(with_data(v, std::move(y)));
}

// Operands of Concat, all stored alike: as they are if nothing has scales, else as reals.
Result<std::vector<Tensor>> parts_of(const Call& call) {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < call.operand_count(); ++i) {
    PARE_TRY(call.expect(i + 1));
    PARE_TRY(Tensor part, call.numbers(i));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<Shape> joined_shape(const std::vector<Tensor>& parts, int64_t axis) {
  const auto k = static_cast<size_t>(axis);
  Shape shape = parts[0].shape();
  shape[k] = 0;
  for (const Tensor& part : parts) {
    Shape like_first = part.shape();
    if (like_first.size() == shape.size()) {
      shape[k] += part.shape()[k];
      like_first[k] = parts[0].shape()[k];
    }
    if (part.type() != parts[0].type() || like_first != parts[0].shape())
      return invalid(fmt::format("{} {} beside {} {}", name_of(part.type()), to_string(part.shape()),
                                 name_of(parts[0].type()), to_string(parts[0].shape())),
                     "one type, and equal extents on the other axes");
  }
  return shape;
}

Result<void> fold_concat(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::vector<Tensor> parts, parts_of(call));
  PARE_TRY(const int64_t axis, concat_axis(call));
  PARE_TRY(const Shape shape, joined_shape(parts, axis));
  PARE_TRY(Tensor y, room_for(parts[0].type(), shape));
  const auto middle = shape.begin() + axis;
  const int64_t outer = count_of(Shape(shape.begin(), middle));
  std::byte* to = y.data_for_edit();
  for (int64_t o = 0; o < outer; ++o)
    for (const Tensor& part : parts) {
      const int64_t bytes = part.byte_count() / outer;
      to = std::copy_n(part.data() + o * bytes, bytes, to);
    }
  return call.bind(std::move(y));
}

// y[outer, j, inner] = x[outer, index[j], inner]
Result<Tensor> pick(const Tensor& x, int64_t axis, const std::vector<int64_t>& indices, const Shape& shape) {
  PARE_TRY(Tensor y, room_for(x.type(), shape));
  const auto k = static_cast<size_t>(axis);
  const Shape &from = x.shape(), rest(from.begin() + axis + 1, from.end());
  const int64_t inner = count_of(rest) * bytes_of(x.type());
  const int64_t outer =
      indices.empty() || inner == 0 ? 0 : y.byte_count() / inner / static_cast<int64_t>(indices.size());
  std::byte* to = y.data_for_edit();
  for (int64_t o = 0; o < outer; ++o)
    for (const int64_t index : indices) to = std::copy_n(x.data() + (o * from[k] + index) * inner, inner, to);
  return y;
}

Result<void> fold_gather(Call& call) {
  PARE_TRY(const Value v, movable(call, 0));
  PARE_TRY(const Picks picks, gather_picks(call));
  PARE_TRY(Tensor y, pick(v.data, picks.axis, picks.indices, picks.shape));
  return call.bind(with_data(v, std::move(y)));
}

Result<void> fold_cast_to(Call& call, DType type) {
  PARE_TRY(const Tensor x, call.numbers(0));
  PARE_TRY(Tensor y, cast(x, type));
  return call.bind(std::move(y));
}

Result<void> fold_cast(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const DType type, cast_type(call));
  return fold_cast_to(call, type);
}

Result<void> fold_cast_like(Call& call) {
  PARE_TRY(call.expect(2));
  return fold_cast_to(call, call.encoding(1).affine() ? DType::F32 : call.encoding(1).type);
}

constexpr Row kRows[] = {
    {"Cast", fold_cast},        {"CastLike", fold_cast_like},  {"Concat", fold_concat},
    {"Dropout", fold_identity}, {"Expand", fold_expand},       {"Flatten", fold_shape_change<flatten_shape>},
    {"Gather", fold_gather},    {"Identity", fold_identity},   {"Reshape", fold_shape_change<reshape_shape>},
    {"Slice", fold_slice},      {"Split", fold_split},         {"Squeeze", fold_shape_change<squeeze_shape>},
    {"Tile", fold_tile},        {"Transpose", fold_transpose}, {"Unsqueeze", fold_shape_change<unsqueeze_shape>},
};

}  // namespace

std::span<const Row> fold_move_rows() { return kRows; }

}  // namespace pare::onnx
