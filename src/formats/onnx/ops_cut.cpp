// What takes a part of a tensor, or surrounds it: slice, split, gather, pad.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/ops.hpp"
#include "formats/onnx/parameters.hpp"
#include "ops/move/move.hpp"

namespace pare::onnx {
namespace {

std::shared_ptr<Slice> slice_op(const Cut& cut) {
  auto op = std::make_shared<Slice>();
  op->begin = cut.begin, op->size = cut.size, op->step = cut.step;
  return op;
}

Result<void> expect_some(const Cut& cut) {
  if (std::find(cut.size.begin(), cut.size.end(), 0) == cut.size.end()) return {};
  return invalid(fmt::format("a part of shape {}", to_string(cut.size)), "at least one element");
}

Result<void> slice(Call& call) {
  PARE_TRY(const Cut cut, slice_cut(call));
  PARE_TRY(expect_some(cut));
  if (!cut.is_all(call.shape(0))) return call.become(slice_op(cut), {call.tensor(0)});
  call.bind(call.tensor(0));
  return {};
}

Result<void> split(Call& call) {
  PARE_TRY(const Pieces pieces, split_pieces(call));
  const TensorId x = call.tensor(0);
  const Shape shape = call.shape(0);
  int64_t begin = 0;
  for (size_t i = 0; i < call.output_count(); begin += pieces.sizes[i++]) {
    const Cut cut = Cut::part(shape, pieces.axis, begin, pieces.sizes[i]);
    PARE_TRY(expect_some(cut));
    PARE_TRY(const TensorId piece, call.add(slice_op(cut), {x}, i == 0 ? "" : fmt::format(":{}", i)));
    call.bind(piece, i);
  }
  return {};
}

// Places at one distance are a slice. One alone takes a step of 1.
Result<Cut> cut_of_picks(const Picks& picks, const Shape& from) {
  const std::vector<int64_t>& index = picks.indices;
  if (index.empty()) return invalid("no indices", "at least one");
  const int64_t step = index.size() > 1 ? index[1] - index[0] : 1;
  for (size_t i = 1; i < index.size(); ++i)
    if (index[i] - index[i - 1] != step || step == 0)
      return unsupported("indices at several distances", "indices at one distance");
  Cut cut = Cut::part(from, picks.axis, index[0], static_cast<int64_t>(index.size()));
  cut.step[static_cast<size_t>(picks.axis)] = step;
  return cut;
}

Result<void> gather(Call& call) {
  PARE_TRY(const Picks picks, gather_picks(call));
  PARE_TRY(const Cut cut, cut_of_picks(picks, call.shape(0)));
  if (picks.shape == cut.size) return call.become(slice_op(cut), {call.tensor(0)});
  PARE_TRY(const TensorId part, call.add(slice_op(cut), {call.tensor(0)}, ":slice"));
  auto op = std::make_shared<Reshape>();
  op->shape = picks.shape;
  return call.become(std::move(op), {part});
}

// Elements added before and after each axis of operand 0; negative ones are cut off.
struct Margins {
  std::vector<int64_t> before, after;
};

// Which axes the pads are for.
Result<std::vector<int64_t>> padded_axes(const Call& call) {
  std::vector<int64_t> axes;
  if (call.has(3)) {
    PARE_TRY(axes, call.integers(3));
  } else {
    for (int64_t axis = 0; axis < call.rank(0); ++axis) axes.push_back(axis);
  }
  for (int64_t& axis : axes) {
    PARE_TRY(axis, front_axis(axis, call.rank(0)));
  }
  return axes;
}

Result<Margins> margins_of(const Call& call) {
  PARE_TRY(const std::optional<std::vector<int64_t>> named, call.integers(1, "pads"));
  PARE_TRY(const std::vector<int64_t> axes, padded_axes(call));
  const std::vector<int64_t> pads = named.value_or(std::vector<int64_t>{});
  if (pads.size() != 2 * axes.size())
    return invalid(fmt::format("{} pads", pads.size()), fmt::format("{}", 2 * axes.size()));
  const auto zeros = std::vector<int64_t>(call.shape(0).size(), 0);
  Margins m{zeros, zeros};
  for (size_t i = 0; i < pads.size(); ++i) {
    if (pads[i] < -kMostElements || pads[i] > kMostElements)
      return invalid(fmt::format("a pad of {}", pads[i]), "fewer elements");
    auto& side = i < axes.size() ? m.before : m.after;
    side[static_cast<size_t>(axes[i % axes.size()])] = pads[i];
  }
  return m;
}

// The real that fills. Where x holds codes, the value is a code too, 0 if it is absent.
Result<float> fill_of(const Call& call) {
  const Encoding& e = call.encoding(0);
  PARE_TRY(float value, real_of(call.node(), "value", 0));
  if (call.has(2)) {
    PARE_TRY(const Tensor stored, call.reals(2));
    if (stored.count() != 1) return invalid(fmt::format("{} values", stored.count()), "1");
    value = stored.view<float>()[0];
  }
  if (e.grain == Grain::Channel) return unsupported("codes with a scale for each channel", "one scale");
  return e.affine() ? e.scale[0] * (value - static_cast<float>(e.zero_point[0])) : value;
}

bool all_zero(const std::vector<int64_t>& list) {
  return std::all_of(list.begin(), list.end(), [](int64_t x) { return x == 0; });
}

// Negative pads as a slice that comes first.
Result<Cut> cut_off(const Shape& shape, const Margins& m) {
  Cut cut = Cut::all(shape);
  for (size_t k = 0; k < shape.size(); ++k) {
    cut.begin[k] = std::max<int64_t>(0, -m.before[k]);
    cut.size[k] = shape[k] - cut.begin[k] - std::max<int64_t>(0, -m.after[k]);
    if (cut.size[k] < 1)
      return invalid(fmt::format("pads {} and {} on axis {}", m.before[k], m.after[k], k), "at least one element left");
  }
  return cut;
}

std::vector<int64_t> not_negative(std::vector<int64_t> list) {
  for (int64_t& x : list) x = std::max<int64_t>(0, x);
  return list;
}

Result<void> pad(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::string mode, text_of(call.node(), "mode", "constant"));
  if (mode != "constant") return unsupported(fmt::format("mode '{}'", mode), "constant");
  PARE_TRY(const Margins m, margins_of(call));
  PARE_TRY(const Cut cut, cut_off(call.shape(0), m));
  auto op = std::make_shared<Pad>();
  PARE_TRY(op->value, fill_of(call));
  op->before = not_negative(m.before), op->after = not_negative(m.after);
  TensorId x = call.tensor(0);
  const bool grows = !all_zero(op->before) || !all_zero(op->after);
  if (!cut.is_all(call.shape(0))) {
    PARE_TRY(x, call.add(slice_op(cut), {x}, ":cut"));
  }
  if (grows) return call.become(std::move(op), {x});
  call.bind(x);
  return {};
}

constexpr Row kRows[] = {
    {"Gather", gather, true},
    {"Pad", pad, true},
    {"Slice", slice, true},
    {"Split", split, true},
};

}  // namespace

std::span<const Row> cut_rows() { return kRows; }

}  // namespace pare::onnx
