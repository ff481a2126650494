// Bounds are checked before they are used: numbers in a file may be anything that fits 64 bits.
#include "formats/onnx/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pare::onnx {
namespace {

Error invalid(std::string found, std::string expected) {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

}  // namespace

Result<int64_t> checked_count(const Shape& shape) {
  if (static_cast<int64_t>(shape.size()) > kMostRank)
    return Error{Code::Unsupported, "", fmt::format("{} axes", shape.size()), fmt::format("at most {}", kMostRank), ""};
  constexpr int64_t limit = int64_t{1} << 40;
  int64_t product = 1;
  for (const int64_t extent : shape) {
    if (extent < 0) return invalid("shape " + to_string(shape), "extents of at least 0");
    if (extent > limit || product > limit / std::max<int64_t>(extent, 1))
      return invalid("shape " + to_string(shape), "at most 2^40 elements");
    product *= std::max<int64_t>(extent, 1);
  }
  return count_of(shape);
}

Result<int64_t> front_axis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return invalid(fmt::format("axis {}", axis), fmt::format("{} to {} for rank {}", -rank, rank - 1, rank));
}

Result<std::vector<int64_t>> front_axes(std::vector<int64_t> axes, int64_t rank) {
  for (int64_t& axis : axes) {
    PARE_TRY(axis, front_axis(axis, rank));
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) == axes.end()) return axes;
  return invalid("axes " + to_string(axes), "each axis once");
}

Result<Shape> reshaped(const Shape& from, const std::vector<int64_t>& wanted, bool allow_zero) {
  Shape to = wanted;
  int64_t open = -1;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && !allow_zero) {
      if (i >= from.size())
        return invalid(fmt::format("a 0 at axis {} of the new shape", i),
                       fmt::format("an axis of {}", to_string(from)));
      to[i] = from[i];
    }
    if (to[i] != -1) continue;
    if (open >= 0) return invalid("new shape " + to_string(wanted), "at most one -1");
    open = static_cast<int64_t>(i);
    to[i] = 1;
  }
  PARE_TRY(const int64_t known, checked_count(to));
  const int64_t count = count_of(from);
  if (open >= 0 && known > 0) to[static_cast<size_t>(open)] = count / known;
  if (count_of(to) == count) return to;
  return invalid(fmt::format("new shape {} for {}", to_string(wanted), to_string(from)),
                 fmt::format("{} elements", count));
}

Result<Shape> squeezed(const Shape& from, const std::optional<std::vector<int64_t>>& axes) {
  std::vector<bool> drop(from.size(), false);
  if (!axes) std::transform(from.begin(), from.end(), drop.begin(), [](int64_t extent) { return extent == 1; });
  for (const int64_t axis : axes.value_or(std::vector<int64_t>{})) {
    PARE_TRY(const int64_t front, front_axis(axis, static_cast<int64_t>(from.size())));
    if (from[static_cast<size_t>(front)] != 1)
      return invalid(fmt::format("axis {} of {}", axis, to_string(from)), "an extent of 1");
    drop[static_cast<size_t>(front)] = true;
  }
  Shape to;
  for (size_t i = 0; i < from.size(); ++i)
    if (!drop[i]) to.push_back(from[i]);
  return to;
}

Result<Shape> unsqueezed(const Shape& from, const std::vector<int64_t>& axes) {
  if (static_cast<int64_t>(axes.size()) > kMostRank)
    return invalid(fmt::format("{} new axes", axes.size()), fmt::format("at most {}", kMostRank));
  PARE_TRY(const std::vector<int64_t> sorted, front_axes(axes, static_cast<int64_t>(from.size() + axes.size())));
  Shape to = from;
  for (const int64_t axis : sorted) to.insert(to.begin() + axis, 1);
  PARE_TRY(checked_count(to));
  return to;
}

Result<Shape> flattened(const Shape& from, int64_t axis) {
  const auto rank = static_cast<int64_t>(from.size());
  if (axis < -rank || axis > rank) return invalid(fmt::format("axis {}", axis), fmt::format("{} to {}", -rank, rank));
  const auto middle = from.begin() + (axis < 0 ? axis + rank : axis);
  return Shape{count_of(Shape(from.begin(), middle)), count_of(Shape(middle, from.end()))};
}

Result<std::vector<int64_t>> permutation(std::vector<int64_t> perm, int64_t rank) {
  std::vector<int64_t> order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  if (perm.empty()) return std::vector<int64_t>(order.rbegin(), order.rend());
  std::vector<int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  if (sorted == order) return perm;
  return invalid("perm " + to_string(perm), fmt::format("each axis of rank {} once", rank));
}

Shape permuted(const Shape& shape, const std::vector<int64_t>& perm) {
  Shape to;
  for (const int64_t axis : perm) to.push_back(shape[static_cast<size_t>(axis)]);
  return to;
}

Cut Cut::all(const Shape& shape) {
  return {std::vector<int64_t>(shape.size(), 0), shape, std::vector<int64_t>(shape.size(), 1)};
}

Cut Cut::part(const Shape& shape, int64_t axis, int64_t begin, int64_t size) {
  Cut cut = all(shape);
  cut.begin[static_cast<size_t>(axis)] = begin;
  cut.size[static_cast<size_t>(axis)] = size;
  return cut;
}

bool Cut::is_all(const Shape& shape) const {
  for (size_t i = 0; i < shape.size(); ++i)
    if (size[i] != shape[i] || (step[i] != 1 && shape[i] > 1)) return false;
  return true;
}

namespace {

// One axis of a slice, as numpy cuts: negative bounds count from the end, then both are clamped.
struct AxisCut {
  int64_t begin, size, step;
};

AxisCut cut_axis(int64_t extent, int64_t start, int64_t end, int64_t step) {
  const auto bound = [&](int64_t x, int64_t least, int64_t most) {
    return std::clamp(x < 0 ? x + extent : x, least, most);
  };
  // A step beyond the extent takes one element, whatever it is.
  step = std::clamp(step, -extent - 1, extent + 1);
  if (step > 0) {
    const int64_t first = bound(start, 0, extent), last = bound(end, 0, extent);
    return {first, std::max<int64_t>(0, (last - first + step - 1) / step), step};
  }
  const int64_t first = bound(start, -1, extent - 1), last = bound(end, -1, extent - 1);
  return {first, std::max<int64_t>(0, (first - last - step - 1) / -step), step};
}

Result<void> check_bounds(const SliceBounds& b, int64_t rank) {
  const size_t n = b.starts.size();
  if (b.ends.size() != n || (!b.axes.empty() && b.axes.size() != n) || (!b.steps.empty() && b.steps.size() != n))
    return invalid(
        fmt::format("{} starts, {} ends, {} axes, {} steps", n, b.ends.size(), b.axes.size(), b.steps.size()),
        "as many of each");
  if (static_cast<int64_t>(n) > rank)
    return invalid(fmt::format("{} starts", n), fmt::format("at most {}, one an axis", rank));
  if (std::find(b.steps.begin(), b.steps.end(), 0) != b.steps.end()) return invalid("a step of 0", "other steps");
  return {};
}

}  // namespace

Result<Cut> cut_of(const Shape& shape, const SliceBounds& bounds) {
  const auto rank = static_cast<int64_t>(shape.size());
  PARE_TRY(check_bounds(bounds, rank));
  Cut cut = Cut::all(shape);
  for (size_t i = 0; i < bounds.starts.size(); ++i) {
    PARE_TRY(const int64_t front, front_axis(bounds.axes.empty() ? static_cast<int64_t>(i) : bounds.axes[i], rank));
    const auto axis = static_cast<size_t>(front);
    const AxisCut c =
        cut_axis(shape[axis], bounds.starts[i], bounds.ends[i], bounds.steps.empty() ? 1 : bounds.steps[i]);
    cut.begin[axis] = c.begin, cut.size[axis] = c.size, cut.step[axis] = c.step;
  }
  return cut;
}

Result<std::vector<int64_t>> equal_parts(int64_t extent, int64_t parts) {
  if (parts < 1 || parts > extent)
    return invalid(fmt::format("{} parts of an extent of {}", parts, extent), fmt::format("1 to {}", extent));
  const int64_t size = (extent + parts - 1) / parts;
  std::vector<int64_t> sizes(static_cast<size_t>(parts), size);
  sizes.back() = extent - size * (parts - 1);
  if (sizes.back() > 0) return sizes;
  return invalid(fmt::format("{} parts of an extent of {}", parts, extent), "a last part that is not empty");
}

}  // namespace pare::onnx
