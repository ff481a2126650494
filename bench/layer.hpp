// One row of layers.csv, and the same layer as a Model of one int8 operator.
#pragma once

#include <string>
#include <vector>

#include "pare/model.hpp"

namespace pare::bench_layers {

struct Layer {
  std::string op, networks;
  int64_t h = 0, w = 0, ci = 0, co = 0, kernel_h = 0, kernel_w = 0, stride_h = 0, stride_w = 0;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0, dilation_h = 0, dilation_w = 0;

  bool depthwise() const { return op == "depthwise_conv2d"; }
  bool dense() const { return op == "dense"; }
  int64_t out_h() const { return (h + pad_top + pad_bottom - (kernel_h - 1) * dilation_h - 1) / stride_h + 1; }
  int64_t out_w() const { return (w + pad_left + pad_right - (kernel_w - 1) * dilation_w - 1) / stride_w + 1; }
  int64_t macs() const { return out_h() * out_w() * co * kernel_h * kernel_w * (depthwise() ? 1 : ci); }
  int64_t weights() const { return co * kernel_h * kernel_w * (depthwise() ? 1 : ci); }
  /// Input, weights and output once each.
  int64_t bytes() const { return h * w * ci + weights() + out_h() * out_w() * co; }
  /// "112x112x32 3x3 s2".
  std::string name() const;
};

/// Errors: Io, InvalidArgument.
Result<std::vector<Layer>> read_layers(const std::string& path);
/// Random codes for weights and bias, per-channel weight scales, a zero point that is not zero.
Result<Model> model_of(const Layer& layer);
/// Random codes of the layer's input.
Tensor input_of(const Model& model);

}  // namespace pare::bench_layers
