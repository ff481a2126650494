// 2-D pooling.
#pragma once

#include "pare/op.hpp"

namespace pare {

/// y[n, oh, ow, c] = act(max or average over the window of x[n, ih, iw, c]).                                 (Eq. 24)
///
/// x [n, h, w, c]. Output extents as Conv2d's with dilation 1. A maximum sees only places inside the image; an average
/// divides by their number, or by kernel_h * kernel_w if count_include_pad (outside places are then zero).
struct Pool2d final : Op {
  enum class Kind : std::uint8_t { Max, Average };
  explicit Pool2d(Kind k) : which(k) {}
  Kind which;
  int64_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool count_include_pad = false;
  Activation activation = Activation::None;

  std::string_view kind() const override { return which == Kind::Max ? "max_pool2d" : "average_pool2d"; }
  void fields(FieldVisitor& v) override;
  std::shared_ptr<Op> clone() const override { return std::make_shared<Pool2d>(*this); }
  Result<std::vector<TensorType>> infer(const Operands& in) const override;
  Contract contract() const override { return {.output = Contract::Output::Input}; }
  Result<Kernel> prepare(const PrepareInput& input) const override;
};

}  // namespace pare
