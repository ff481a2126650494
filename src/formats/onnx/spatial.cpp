// Windows on two axes, from the ways in which the source describes them.
#include "formats/onnx/spatial.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/move/move.hpp"

namespace pare::onnx {
namespace {

// Windows, strides and pads beyond this are nonsense, and sums of them must not overflow.
constexpr int64_t kMostReach = int64_t{1} << 24;

OpPtr transpose(std::vector<int64_t> perm) {
  auto op = std::make_shared<Transpose>();
  op->perm = std::move(perm);
  return op;
}

OpPtr reshape(Shape shape) {
  auto op = std::make_shared<Reshape>();
  op->shape = std::move(shape);
  return op;
}

// A list for each spatial axis, as a pair; a single axis is the width.
Result<Window::Pair> pair_of(std::string_view name, const std::vector<int64_t>& list, size_t axes, int64_t fill,
                             int64_t least) {
  if (list.size() != axes)
    return invalid(fmt::format("{} = {}", name, to_string(list)), fmt::format("{} numbers, one a spatial axis", axes));
  for (const int64_t x : list)
    if (x < least || x > kMostReach)
      return invalid(fmt::format("{} = {}", name, to_string(list)), fmt::format("{} to {}", least, kMostReach));
  return axes == 2 ? Window::Pair{list[0], list[1]} : Window::Pair{fill, list[0]};
}

Result<Window::Pair> attribute_pair(const Call& call, std::string_view name, size_t axes) {
  PARE_TRY(std::vector<int64_t> list, integers_of(call.node(), name, std::vector<int64_t>(axes, 1)));
  return pair_of(name, list, axes, 1, 1);
}

int64_t reach(const Window& w, size_t k) { return (w.kernel[k] - 1) * w.dilation[k] + 1; }

// SAME: as many places as strides fit, the pad shared out, an odd one at the end (upper) or the beginning (lower).
void pad_same(Window& w, size_t k, int64_t extent, bool upper) {
  const int64_t places = (extent + w.stride[k] - 1) / w.stride[k];
  const int64_t total = std::max<int64_t>(0, (places - 1) * w.stride[k] + reach(w, k) - extent);
  w.before[k] = upper ? total / 2 : total - total / 2;
  w.after[k] = total - w.before[k];
}

Result<void> pad_explicit(const Call& call, Window& w, size_t axes) {
  PARE_TRY(const std::vector<int64_t> pads, integers_of(call.node(), "pads", std::vector<int64_t>(2 * axes, 0)));
  if (pads.size() != 2 * axes)
    return invalid(fmt::format("pads = {}", to_string(pads)), fmt::format("{} numbers", 2 * axes));
  const auto middle = pads.begin() + static_cast<ptrdiff_t>(axes);
  PARE_TRY(w.before, pair_of("pads", {pads.begin(), middle}, axes, 0, 0));
  PARE_TRY(w.after, pair_of("pads", {middle, pads.end()}, axes, 0, 0));
  return {};
}

Result<void> resolve_pads(const Call& call, Window& w, const Window::Pair& extent, size_t axes) {
  PARE_TRY(const std::string how, text_of(call.node(), "auto_pad", "NOTSET"));
  if (how == "NOTSET" || how.empty()) return pad_explicit(call, w, axes);
  if (how == "VALID") return {};
  if (how != "SAME_UPPER" && how != "SAME_LOWER")
    return invalid(fmt::format("auto_pad = '{}'", how), "NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  for (size_t k = 0; k < 2; ++k) pad_same(w, k, extent[k], how == "SAME_UPPER");
  return {};
}

// Rounding up adds a last place whose window begins inside the padded input; the end is padded until it fits.
void pad_ceil(Window& w, size_t k, int64_t extent) {
  const int64_t slack = extent + w.before[k] + w.after[k] - reach(w, k);
  if (slack < 0) return;
  int64_t places = (slack + w.stride[k] - 1) / w.stride[k] + 1;
  if ((places - 1) * w.stride[k] >= extent + w.before[k]) --places;
  w.after[k] = std::max(w.after[k], (places - 1) * w.stride[k] + reach(w, k) - extent - w.before[k]);
}

}  // namespace

Result<TensorId> to_channels_last(Call& call, size_t index) {
  TensorId id = call.tensor(index);
  const Shape shape = call.shape(index);
  if (shape.size() != 3 && shape.size() != 4)
    return unsupported(fmt::format("an operand of shape {}", to_string(shape)), "rank 3 or 4");
  if (shape.size() == 3) {
    PARE_TRY(id, call.add(reshape({shape[0], shape[1], 1, shape[2]}), {id}, ":x_nchw"));
    call.info(id).axes = "nchw";
  }
  PARE_TRY(id, call.add(transpose({0, 2, 3, 1}), {id}, ":x_nhwc"));
  call.info(id).axes = "nhwc";
  return id;
}

Result<void> from_channels_last(Call& call, TensorId id) {
  const bool flat = call.rank(0) == 3;
  PARE_TRY(TensorId out, call.add(transpose({0, 3, 1, 2}), {id}, flat ? ":nch1w" : ":nchw"));
  call.info(out).axes = "nchw";
  if (flat) {
    const Shape shape = call.info(out).shape;
    PARE_TRY(out, call.add(reshape({shape[0], shape[1], shape[3]}), {out}, ":ncw"));
    call.info(out).axes = "ncw";
  }
  call.bind(out);
  return {};
}

Result<Window> window_of(const Call& call, const std::vector<int64_t>& kernel) {
  const Shape& x = call.shape(0);
  if (x.size() != 3 && x.size() != 4)
    return unsupported(fmt::format("an operand of shape {}", to_string(x)), "rank 3 or 4");
  const size_t axes = x.size() - 2;
  const Window::Pair extent = axes == 2 ? Window::Pair{x[2], x[3]} : Window::Pair{1, x[2]};
  Window w;
  PARE_TRY(w.kernel, pair_of("kernel_shape", kernel, axes, 1, 1));
  PARE_TRY(w.stride, attribute_pair(call, "strides", axes));
  PARE_TRY(w.dilation, attribute_pair(call, "dilations", axes));
  PARE_TRY(resolve_pads(call, w, extent, axes));
  PARE_TRY(const int64_t ceil_mode, integer_of(call.node(), "ceil_mode", 0));
  if (ceil_mode)
    for (size_t k = 0; k < 2; ++k) pad_ceil(w, k, extent[k]);
  return w;
}

}  // namespace pare::onnx
