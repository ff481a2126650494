// Operators along axes: softmax, means, batch normalization.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/ops.hpp"
#include "formats/onnx/spatial.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/move/move.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"

namespace pare::onnx {
namespace {

OpPtr reshape(const Shape& shape) {
  auto op = std::make_shared<Reshape>();
  op->shape = shape;
  return op;
}

// Before operator set 13 the axes from `axis` on were one.
Result<void> flat_softmax(Call& call, int64_t axis) {
  const Shape shape = call.shape(0);
  PARE_TRY(const Shape flat, flattened(shape, axis));
  PARE_TRY(const TensorId x, call.add(reshape(flat), {call.tensor(0)}, ":flat"));
  PARE_TRY(const TensorId y, call.add_inner(std::make_shared<Softmax>(), {x}, ":softmax"));
  PARE_TRY(const TensorId out, call.add(reshape(shape), {y}, ":shaped"));
  call.bind(out);
  return {};
}

Result<void> softmax(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const int64_t stated, integer_of(call.node(), "axis", call.opset() < 13 ? 1 : -1));
  const Shape& shape = call.shape(0);
  if (call.opset() < 13 && stated == call.rank(0)) return flat_softmax(call, stated);
  PARE_TRY(const int64_t axis, front_axis(stated, call.rank(0)));
  const bool one_axis = std::all_of(shape.begin() + axis + 1, shape.end(), [](int64_t extent) { return extent == 1; });
  if (call.opset() < 13 && !one_axis) return flat_softmax(call, axis);
  auto op = std::make_shared<Softmax>();
  op->axis = axis;
  return call.become(std::move(op), {call.tensor(0)});
}

// Axes as attribute to 17, as operand from 18; none means all, or nothing if the node says so.
Result<std::vector<int64_t>> mean_axes(const Call& call) {
  PARE_TRY(const std::optional<std::vector<int64_t>> named, call.integers(1, "axes"));
  PARE_TRY(const int64_t nothing, integer_of(call.node(), "noop_with_empty_axes", 0));
  std::vector<int64_t> axes = named.value_or(std::vector<int64_t>{});
  if (axes.empty() && !nothing)
    for (int64_t axis = 0; axis < call.rank(0); ++axis) axes.push_back(axis);
  return front_axes(std::move(axes), call.rank(0));
}

// A mean over height and width is spatial: the layout changes around it.
Result<void> spatial_mean(Call& call, std::shared_ptr<Mean> op) {
  const bool keep = op->keep_dims;
  op->axes = {1, 2};
  PARE_TRY(const TensorId x, to_channels_last(call, 0));
  if (!keep) return call.become(std::move(op), {x});
  PARE_TRY(const TensorId y, call.add_inner(std::move(op), {x}, ":nhwc"));
  return from_channels_last(call, y);
}

Result<void> reduce_mean(Call& call) {
  PARE_TRY(call.expect(1));
  auto op = std::make_shared<Mean>();
  PARE_TRY(op->axes, mean_axes(call));
  PARE_TRY(const int64_t keep, integer_of(call.node(), "keepdims", 1));
  op->keep_dims = keep != 0;
  if (op->axes.empty()) {
    call.bind(call.tensor(0));
    return {};
  }
  if (call.rank(0) == 4 && op->axes == std::vector<int64_t>{2, 3}) return spatial_mean(call, std::move(op));
  return call.become(std::move(op), {call.tensor(0)});
}

Result<void> expect_inference(const Call& call) {
  PARE_TRY(const int64_t training, integer_of(call.node(), "training_mode", 0));
  PARE_TRY(const int64_t spatial, integer_of(call.node(), "spatial", 1));
  if (training) return unsupported("training_mode", "inference");
  if (!spatial) return unsupported("spatial = 0", "statistics per channel");
  return {};
}

Result<void> batch_normalization(Call& call) {
  PARE_TRY(call.expect(5));
  PARE_TRY(expect_inference(call));
  auto op = std::make_shared<BatchNorm>();
  PARE_TRY(op->epsilon, real_of(call.node(), "epsilon", 1e-5f));
  std::vector<TensorId> in = {call.tensor(0)};
  for (size_t i = 1; i < 5; ++i) {
    PARE_TRY(Tensor reals, call.reals(i));
    in.push_back(call.add_constant(constant_of(std::move(reals)), i));
  }
  return call.become(std::move(op), std::move(in));
}

constexpr Row kRows[] = {
    {"BatchNormalization", batch_normalization},
    {"ReduceMean", reduce_mean},
    {"Softmax", softmax},
};

}  // namespace

std::span<const Row> reduce_rows() { return kRows; }

}  // namespace pare::onnx
