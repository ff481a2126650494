#include "compress/layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pare/op.hpp"

namespace pare {

TensorInfo encoded_bias(TensorInfo bias, float in_scale, const Encoding& weights) {
  const Tensor reals = dequantize(bias.data, bias.encoding);
  Tensor codes(DType::I32, bias.shape);
  const auto from = reals.view<float>();
  auto to = codes.edit<int32_t>();
  std::vector<float> scales;
  for (size_t c = 0; c < from.size(); ++c) {
    const double scale = static_cast<double>(in_scale) * static_cast<double>(weights.scale_at(static_cast<int64_t>(c)));
    to[c] = static_cast<int32_t>(std::clamp(round_half_away(from[c] / scale), -kMaxBias, kMaxBias));
    if (c == 0 || weights.scale.size() > 1) scales.push_back(static_cast<float>(scale));
  }
  bias.data = std::move(codes);
  bias.encoding = scales.size() > 1 ? Encoding::per_channel(DType::I32, 0, std::move(scales))
                                    : Encoding::per_tensor(DType::I32, scales.empty() ? 1.0f : scales[0], 0, true);
  return bias;
}

namespace {

constexpr double kMaxAccumulator = 2147483647.0;

// Of each output channel, the products' largest sum.
std::vector<double> worst_sums(const TensorInfo& weights, int64_t channel_axis) {
  int64_t inner = 1;
  const int64_t channels = weights.shape[static_cast<size_t>(channel_axis)];
  for (size_t i = static_cast<size_t>(channel_axis) + 1; i < weights.shape.size(); ++i) inner *= weights.shape[i];
  std::vector<double> worst(static_cast<size_t>(channels), 0);
  const auto codes = weights.data.view<int8_t>();
  for (size_t i = 0; i < codes.size(); ++i)
    worst[static_cast<size_t>(static_cast<int64_t>(i) / inner % channels)] += 255.0 * std::abs(codes[i]);
  return worst;
}

}  // namespace

Result<void> check_accumulator(const Node& node, const TensorInfo& weights, const TensorInfo* bias) {
  const std::vector<double> worst = worst_sums(weights, node.op->contract().channel_axis);
  for (size_t c = 0; c < worst.size(); ++c) {
    const double total = worst[c] + (bias ? std::fabs(bias->data.view<int32_t>()[c]) : 0);
    if (total > kMaxAccumulator)
      return Error{Code::Unsupported, fmt::format("node '{}'", node.name),
                   fmt::format("channel {} may reach {:.0f} in the accumulator", c, total), "at most 2147483647",
                   "Split the layer"};
  }
  return {};
}

}  // namespace pare
