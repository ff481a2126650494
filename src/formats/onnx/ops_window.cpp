// Convolution and pooling.
#include <fmt/format.h>

#include "formats/onnx/ops.hpp"
#include "formats/onnx/spatial.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/reduce/reduce.hpp"

namespace pare::onnx {
namespace {

// Operand 1 [co, ci / groups, kernel...] with two spatial axes.
Result<Value> filter_of(const Call& call) {
  PARE_TRY(const Value w, call.constant(1));
  const Shape& shape = w.data.shape();
  if (shape.size() != call.shape(0).size())
    return invalid(fmt::format("weights of shape {}", to_string(shape)), fmt::format("rank {}", call.rank(0)));
  if (w.encoding.type != DType::F32 && !w.encoding.affine())
    return invalid("weights of bare integers", "reals, or integers with a scale");
  for (const int64_t extent : shape)
    if (extent < 1) return invalid(fmt::format("weights of shape {}", to_string(shape)), "extents of at least 1");
  if (shape.size() == 4) return w;
  if (w.encoding.grain == Grain::Channel && w.encoding.axis > 1)
    return unsupported("a scale for each column of the kernel");
  return reshaped(w, {shape[0], shape[1], 1, shape[2]});
}

Result<void> check_kernel_shape(const Call& call, const std::vector<int64_t>& kernel) {
  PARE_TRY(const std::vector<int64_t> stated, integers_of(call.node(), "kernel_shape", kernel));
  if (stated == kernel) return {};
  return invalid(fmt::format("kernel_shape = {}", to_string(stated)),
                 fmt::format("{}, the weights'", to_string(kernel)));
}

template <class ConvOp>
std::shared_ptr<ConvOp> convolution(const Window& w) {
  auto op = std::make_shared<ConvOp>();
  set_window(*op, w);
  op->dilation_h = w.dilation[0], op->dilation_w = w.dilation[1];
  return op;
}

// x, the weights in the order `perm`, and the bias if there is one.
Result<std::vector<TensorId>> convolution_operands(Call& call, const Value& filter, const std::vector<int64_t>& perm) {
  PARE_TRY(const Value weights, permuted(filter, perm));
  PARE_TRY(const TensorId x, to_channels_last(call, 0));
  std::vector<TensorId> in = {x, call.add_constant(weights, 1)};
  if (!call.has(2)) return in;
  PARE_TRY(const Value bias, call.constant(2));
  in.push_back(call.add_constant(bias, 2));
  return in;
}

Result<void> conv(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const int64_t groups, integer_of(call.node(), "group", 1));
  PARE_TRY(const Value filter, filter_of(call));
  const Shape &w = call.shape(1), &x = call.shape(0);
  const std::vector<int64_t> kernel(w.begin() + 2, w.end());
  PARE_TRY(check_kernel_shape(call, kernel));
  PARE_TRY(const Window window, window_of(call, kernel));
  const bool depthwise = groups > 1 && groups == x[1] && w[1] == 1;
  auto plain = convolution<Conv2d>(window);
  plain->groups = groups;
  const OpPtr op = depthwise ? OpPtr(convolution<DepthwiseConv2d>(window)) : OpPtr(plain);
  const std::vector<int64_t> perm = depthwise ? std::vector<int64_t>{1, 2, 3, 0} : std::vector<int64_t>{0, 2, 3, 1};
  PARE_TRY(const std::vector<TensorId> in, convolution_operands(call, filter, perm));
  PARE_TRY(const TensorId y, call.add_inner(op, in, ":nhwc"));
  call.info(y).axes = "nhwc";
  return from_channels_last(call, y);
}

// A pooling window: no dilation, and some of the image under each place.
Result<Window> pooling_window(const Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::vector<int64_t> kernel, integers_of(call.node(), "kernel_shape", {}));
  PARE_TRY(const Window w, window_of(call, kernel));
  if (w.dilation != Window::Pair{1, 1}) return unsupported("dilations");
  for (size_t k = 0; k < 2; ++k)
    if (w.before[k] >= w.kernel[k] || w.after[k] >= w.kernel[k] + w.stride[k])
      return unsupported("pads as large as the kernel");
  return w;
}

Result<void> pool(Call& call, std::shared_ptr<Pool2d> op, const Window& w) {
  op->kernel_h = w.kernel[0], op->kernel_w = w.kernel[1];
  set_window(*op, w);
  PARE_TRY(const TensorId x, to_channels_last(call, 0));
  PARE_TRY(const TensorId y, call.add_inner(std::move(op), {x}, ":nhwc"));
  return from_channels_last(call, y);
}

Result<void> max_pool(Call& call) {
  PARE_TRY(const Window w, pooling_window(call));
  return pool(call, std::make_shared<Pool2d>(Pool2d::Kind::Max), w);
}

// Places that only rounding up adds never count, whatever count_include_pad says: the Op cannot tell them apart.
Result<void> check_counted_pads(const Call& call, const Window& w) {
  PARE_TRY(const std::vector<int64_t> pads, integers_of(call.node(), "pads", {}));
  PARE_TRY(const int64_t ceil_mode, integer_of(call.node(), "ceil_mode", 0));
  const int64_t stated_h = pads.size() == 4 ? pads[2] : 0, stated_w = pads.empty() ? 0 : pads.back();
  if (!ceil_mode || (w.after[0] == stated_h && w.after[1] == stated_w)) return {};
  return unsupported("count_include_pad where ceil_mode adds a place");
}

Result<void> average_pool(Call& call) {
  PARE_TRY(const Window w, pooling_window(call));
  PARE_TRY(const int64_t include, integer_of(call.node(), "count_include_pad", 0));
  if (include) {
    PARE_TRY(check_counted_pads(call, w));
  }
  auto op = std::make_shared<Pool2d>(Pool2d::Kind::Average);
  op->count_include_pad = include != 0;
  return pool(call, std::move(op), w);
}

Result<void> global_max_pool(Call& call) {
  PARE_TRY(call.expect(1));
  const Shape& x = call.shape(0);
  if (x.size() != 3 && x.size() != 4)
    return unsupported(fmt::format("an operand of shape {}", to_string(x)), "rank 3 or 4");
  Window w;
  w.kernel = x.size() == 4 ? Window::Pair{x[2], x[3]} : Window::Pair{1, x[2]};
  return pool(call, std::make_shared<Pool2d>(Pool2d::Kind::Max), w);
}

Result<void> global_average_pool(Call& call) {
  PARE_TRY(call.expect(1));
  auto op = std::make_shared<Mean>();
  op->axes = {1, 2};
  op->keep_dims = true;
  PARE_TRY(const TensorId x, to_channels_last(call, 0));
  PARE_TRY(const TensorId y, call.add_inner(std::move(op), {x}, ":nhwc"));
  return from_channels_last(call, y);
}

constexpr Row kRows[] = {
    {"AveragePool", average_pool},
    {"Conv", conv},
    {"GlobalAveragePool", global_average_pool},
    {"GlobalMaxPool", global_max_pool},
    {"MaxPool", max_pool, true},
};

}  // namespace

std::span<const Row> window_rows() { return kRows; }

}  // namespace pare::onnx
