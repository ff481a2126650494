// 2-D depthwise convolution.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y[n, oh, ow, c*m + j] = act(b[c*m + j] + sum over kh, kw of x[n, oh*stride_h - pad_top + kh*dilation_h,
///                         ow*stride_w - pad_left + kw*dilation_w, c] * w[0, kh, kw, c*m + j])              (Eq. 21)
///
/// Operands: x [n, h, w, c]; w [1, kh, kw, c*m], a constant; b [c*m], a constant or absent. m is the multiplier.
/// Output extents as Conv2d's. Places outside the image are zero.
struct DepthwiseConv2d final : OpBase<DepthwiseConv2d> {
  static constexpr std::string_view kKind = "depthwise_conv2d";
  int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  Activation activation = Activation::None;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.weights = 1, .channel_axis = 3, .bias = 2}; }
  Cost cost(const Operands& in, const Operands& out) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
