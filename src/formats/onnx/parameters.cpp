// Attributes and operands of operators that both tables know.
#include "formats/onnx/parameters.hpp"

#include <fmt/format.h>

#include <numeric>

#include "formats/onnx/tensor_message.hpp"

namespace pare::onnx {

Result<Shape> reshape_shape(const Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const std::vector<int64_t> wanted, call.integers(1));
  PARE_TRY(const int64_t allow_zero, integer_of(call.node(), "allowzero", 0));
  return reshaped(call.shape(0), wanted, allow_zero != 0);
}

Result<Shape> flatten_shape(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const int64_t axis, integer_of(call.node(), "axis", 1));
  return flattened(call.shape(0), axis);
}

Result<Shape> squeeze_shape(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::optional<std::vector<int64_t>> axes, call.integers(1, "axes"));
  return squeezed(call.shape(0), axes);
}

Result<Shape> unsqueeze_shape(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::optional<std::vector<int64_t>> axes, call.integers(1, "axes"));
  if (!axes) return invalid("no axes", "axes");
  return unsqueezed(call.shape(0), *axes);
}

Result<std::vector<int64_t>> transpose_perm(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(std::vector<int64_t> perm, integers_of(call.node(), "perm", {}));
  return permutation(std::move(perm), call.rank(0));
}

Result<int64_t> concat_axis(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const int64_t axis, integer_of(call.node(), "axis", 1));
  return front_axis(axis, call.rank(0));
}

Result<DType> cast_type(const Call& call) {
  PARE_TRY(const int64_t code, integer_of(call.node(), "to", 0));
  return held_type(code < 0 || code > 255 ? 0 : static_cast<int32_t>(code));
}

namespace {

Result<std::vector<int64_t>> list(const Call& call, size_t index, std::string_view attribute) {
  PARE_TRY(const std::optional<std::vector<int64_t>> found, call.integers(index, attribute));
  return found.value_or(std::vector<int64_t>{});
}

}  // namespace

Result<Cut> slice_cut(const Call& call) {
  PARE_TRY(call.expect(1));
  SliceBounds bounds;
  PARE_TRY(bounds.starts, list(call, 1, "starts"));
  PARE_TRY(bounds.ends, list(call, 2, "ends"));
  PARE_TRY(bounds.axes, list(call, 3, "axes"));
  PARE_TRY(bounds.steps, list(call, 4, "steps"));
  return cut_of(call.shape(0), bounds);
}

namespace {

Result<void> check_pieces(const Pieces& pieces, int64_t extent, size_t outputs) {
  int64_t left = extent;
  for (const int64_t size : pieces.sizes) {
    if (size < 0 || size > left)
      return invalid("pieces " + to_string(pieces.sizes), fmt::format("a sum of {}", extent));
    left -= size;
  }
  if (left != 0) return invalid("pieces " + to_string(pieces.sizes), fmt::format("a sum of {}", extent));
  if (outputs > pieces.sizes.size())
    return invalid(fmt::format("{} outputs", outputs), fmt::format("{}", pieces.sizes.size()));
  return {};
}

}  // namespace

Result<Pieces> split_pieces(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const int64_t axis, integer_of(call.node(), "axis", 0));
  Pieces pieces;
  PARE_TRY(pieces.axis, front_axis(axis, call.rank(0)));
  PARE_TRY(pieces.sizes, list(call, 1, "split"));
  const int64_t extent = call.shape(0)[static_cast<size_t>(pieces.axis)];
  if (pieces.sizes.empty()) {
    PARE_TRY(pieces.sizes, equal_parts(extent, static_cast<int64_t>(call.output_count())));
  }
  PARE_TRY(check_pieces(pieces, extent, call.output_count()));
  return pieces;
}

Result<Picks> gather_picks(const Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const int64_t axis, integer_of(call.node(), "axis", 0));
  Picks picks;
  PARE_TRY(picks.axis, front_axis(axis, call.rank(0)));
  PARE_TRY(picks.indices, call.integers(1));
  const int64_t extent = call.shape(0)[static_cast<size_t>(picks.axis)];
  for (int64_t& index : picks.indices) {
    if (index < -extent || index >= extent)
      return invalid(fmt::format("index {}", index), fmt::format("{} to {}", -extent, extent - 1));
    if (index < 0) index += extent;
  }
  picks.shape = call.shape(0);
  const auto place = picks.shape.erase(picks.shape.begin() + picks.axis);
  picks.shape.insert(place, call.shape(1).begin(), call.shape(1).end());
  PARE_TRY(checked_count(picks.shape));
  return picks;
}

}  // namespace pare::onnx
