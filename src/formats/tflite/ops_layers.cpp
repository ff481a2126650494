// Convolution, dense, pooling, mean, softmax.
#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/window.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"

namespace pare::tflite {
namespace {

Error invalid(std::string found, std::string expected) {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

// What CONV_2D and DEPTHWISE_CONV_2D share. x [n, h, w, c], w [., kh, kw, .].
template <class Window, class Options>
Result<void> read_dilated(const OpReader& reader, const Options& options, const Shape& x, const Shape& w, Window& op) {
  op.dilation_h = options.dilation_h_factor();
  op.dilation_w = options.dilation_w_factor();
  return read_window(reader, options, {x[1], w[1], 1, op.dilation_h}, {x[2], w[2], 1, op.dilation_w}, op);
}

// Zeros, as the bias of operand 0 with the weights `w` is stored.
FileId zero_bias(OpWriter& writer, const TensorInfo& w, int64_t channels) {
  const Encoding &ex = writer.in(0).encoding, &ew = w.encoding;
  if (!ex.affine()) return writer.constant("bias", Tensor(DType::F32, {channels}), Encoding::plain(DType::F32));
  Encoding e{DType::I32, ew.grain, true, 0, ew.scale, std::vector<int32_t>(ew.scale.size(), 0)};
  for (float& scale : e.scale) scale *= ex.scale[0];
  return writer.constant("bias", Tensor(DType::I32, {channels}), e);
}

// LiteRT refuses a convolution without a bias, so an absent one is written as zeros.
template <class Options, class Window>
Result<void> write_dilated(OpWriter& writer, fb::BuiltinOperator code, Options fixed, const Window& op) {
  const Shape& w = writer.in(1).shape;
  const WindowUse use = window_use(op, writer.in(0).shape, {1, w[1], 1, op.dilation_h}, {1, w[2], 1, op.dilation_w});
  PARE_TRY(const WrittenPadding padding, write_padding(writer, use));
  Options options = window_options<Options>(op, padding.word);
  options.dilation_h_factor = static_cast<int32_t>(op.dilation_h);
  options.dilation_w_factor = static_cast<int32_t>(op.dilation_w);
  if constexpr (requires { options.depth_multiplier; }) options.depth_multiplier = fixed.depth_multiplier;
  std::vector<FileId> in = writer.operands();
  in[0] = padding.image;
  if (in.size() < 3) in.push_back(zero_bias(writer, writer.in(1), writer.out().shape[3]));
  writer.add(code, std::move(options), std::move(in));
  return {};
}

}  // namespace

Result<void> read_conv_2d(OpReader& reader) {
  PARE_TRY(const fb::Conv2DOptions* options, reader.options<fb::Conv2DOptions>());
  PARE_TRY(const Shape x, reader.shape(0, 4));
  PARE_TRY(const Shape w, reader.shape(1, 4));
  if (x[3] % w[3] != 0)
    return invalid(fmt::format("weights of {} channels for an input of {}", w[3], x[3]), "a divisor");
  auto op = std::make_shared<Conv2d>();
  op->groups = x[3] / w[3];
  PARE_TRY(read_dilated(reader, *options, x, w, *op));
  return reader.add(op, reader.operands(3));
}

Result<void> write_conv2d(OpWriter& writer) {
  return write_dilated<fb::Conv2DOptionsT>(writer, fb::BuiltinOperator::CONV_2D, {}, writer.op<Conv2d>());
}

Result<void> read_depthwise_conv_2d(OpReader& reader) {
  PARE_TRY(const fb::DepthwiseConv2DOptions* options, reader.options<fb::DepthwiseConv2DOptions>());
  PARE_TRY(const Shape x, reader.shape(0, 4));
  PARE_TRY(const Shape w, reader.shape(1, 4));
  auto op = std::make_shared<DepthwiseConv2d>();
  PARE_TRY(read_dilated(reader, *options, x, w, *op));
  return reader.add(op, reader.operands(3));
}

Result<void> write_depthwise_conv2d(OpWriter& writer) {
  fb::DepthwiseConv2DOptionsT options;
  options.depth_multiplier = static_cast<int32_t>(writer.in(1).shape[3] / writer.in(0).shape[3]);
  return write_dilated(writer, fb::BuiltinOperator::DEPTHWISE_CONV_2D, options, writer.op<DepthwiseConv2d>());
}

Result<void> read_fully_connected(OpReader& reader) {
  PARE_TRY(const fb::FullyConnectedOptions* options, reader.options<fb::FullyConnectedOptions>());
  if (options->weights_format() != fb::FullyConnectedOptionsWeightsFormat::DEFAULT)
    return Error{Code::Unsupported, "", "shuffled weights", "the format DEFAULT", ""};
  auto op = std::make_shared<Dense>();
  op->keep_leading = options->keep_num_dims();
  PARE_TRY(op->activation, reader.activation(options->fused_activation_function()));
  return reader.add(op, reader.operands(3));
}

Result<void> write_dense(OpWriter& writer) {
  const auto& op = writer.op<Dense>();
  fb::FullyConnectedOptionsT options;
  options.keep_num_dims = op.keep_leading;
  options.fused_activation_function = fused(op.activation);
  writer.add(fb::BuiltinOperator::FULLY_CONNECTED, options, writer.operands());
  return {};
}

namespace {

Result<void> read_pool_2d(OpReader& reader, Pool2d::Kind kind) {
  PARE_TRY(const fb::Pool2DOptions* options, reader.options<fb::Pool2DOptions>());
  PARE_TRY(const Shape x, reader.shape(0, 4));
  auto op = std::make_shared<Pool2d>(kind);
  op->kernel_h = options->filter_height();
  op->kernel_w = options->filter_width();
  PARE_TRY(read_window(reader, *options, {x[1], op->kernel_h, 1, 1}, {x[2], op->kernel_w, 1, 1}, *op));
  return reader.add(op, reader.operands(1));
}

// SAME leaves out of an average what lies outside; a PAD counts it.
WindowUse pool_use(const Pool2d& op, const Shape& image) {
  WindowUse use = window_use(op, image, {1, op.kernel_h, 1, 1}, {1, op.kernel_w, 1, 1});
  const bool max = op.which == Pool2d::Kind::Max;
  use.outside = max ? Outside::Least : op.count_include_pad ? Outside::Zero : Outside::Nothing;
  use.same = max || !op.count_include_pad;
  return use;
}

}  // namespace

Result<void> read_average_pool_2d(OpReader& reader) { return read_pool_2d(reader, Pool2d::Kind::Average); }
Result<void> read_max_pool_2d(OpReader& reader) { return read_pool_2d(reader, Pool2d::Kind::Max); }

Result<void> write_pool2d(OpWriter& writer) {
  const auto& op = writer.op<Pool2d>();
  PARE_TRY(const WrittenPadding padding, write_padding(writer, pool_use(op, writer.in(0).shape)));
  auto options = window_options<fb::Pool2DOptionsT>(op, padding.word);
  options.filter_height = static_cast<int32_t>(op.kernel_h);
  options.filter_width = static_cast<int32_t>(op.kernel_w);
  const bool max = op.which == Pool2d::Kind::Max;
  writer.add(max ? fb::BuiltinOperator::MAX_POOL_2D : fb::BuiltinOperator::AVERAGE_POOL_2D, options, {padding.image});
  return {};
}

Result<void> read_mean(OpReader& reader) {
  const auto* options = reader.options_if_any<fb::ReducerOptions>();
  PARE_TRY(const std::vector<int64_t> listed, reader.numbers(1));
  auto op = std::make_shared<Mean>();
  op->keep_dims = options && options->keep_dims();
  for (const int64_t axis : listed) {
    PARE_TRY(const int64_t from_front, reader.axis_from_front(axis));
    op->axes.push_back(from_front);
  }
  std::sort(op->axes.begin(), op->axes.end());
  op->axes.erase(std::unique(op->axes.begin(), op->axes.end()), op->axes.end());
  return reader.add(op, reader.operands(1));
}

Result<void> write_mean(OpWriter& writer) {
  const auto& op = writer.op<Mean>();
  std::vector<FileId> in = writer.operands();
  in.push_back(writer.numbers("axes", op.axes));
  fb::ReducerOptionsT options;
  options.keep_dims = op.keep_dims;
  writer.add(fb::BuiltinOperator::MEAN, options, std::move(in));
  return {};
}

Result<void> read_softmax(OpReader& reader) {
  PARE_TRY(const fb::SoftmaxOptions* options, reader.options<fb::SoftmaxOptions>());
  auto op = std::make_shared<Softmax>();
  PARE_TRY(op->axis, reader.axis_from_front(-1));
  op->beta = options->beta();
  return reader.add(op, reader.operands(1));
}

Result<void> write_softmax(OpWriter& writer) {
  const auto& op = writer.op<Softmax>();
  const auto last = static_cast<int64_t>(writer.in(0).shape.size()) - 1;
  if (op.axis != last)
    return writer.unsupported(fmt::format("softmax along axis {}", op.axis), fmt::format("the last axis, {}", last),
                              "Transpose before and after it.");
  fb::SoftmaxOptionsT options;
  options.beta = op.beta;
  writer.add(fb::BuiltinOperator::SOFTMAX, options, writer.operands());
  return {};
}

}  // namespace pare::tflite
