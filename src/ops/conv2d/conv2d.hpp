// 2-D convolution.
#pragma once

#include "ops/window.hpp"

namespace pare {

/// y[n, oh, ow, co] = act(b[co] + sum over kh, kw, ci of x[n, oh*stride_h - pad_top + kh*dilation_h,
///                    ow*stride_w - pad_left + kw*dilation_w, g*cg + ci] * w[co, kh, kw, ci])               (Eq. 20)
///
/// Operands: x [n, h, w, c]; w [co, kh, kw, c / groups], a constant; b [co], a constant or absent.
/// Output: y [n, oh, ow, co] with oh = (h + pad_top + pad_bottom - ((kh - 1) dilation_h + 1)) / stride_h + 1.
/// co belongs to group g = co / (co_count / groups). Places outside the image are zero.
struct Conv2d final : OpBase<Conv2d> {
  static constexpr std::string_view kKind = "conv2d";
  int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0, groups = 1;
  Activation activation = Activation::None;

  void fields(FieldVisitor& v) override;
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.weights = 1, .channel_axis = 0, .bias = 2}; }
  Cost cost(const Operands& in, const Operands& out) const override;
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
