#include "ops/pool2d/pool2d.hpp"

#include <fmt/format.h>

#include "ops/operands.hpp"
#include "ops/pool2d/pool2d_f32.hpp"
#include "ops/requantize.hpp"
#include "ops/window.hpp"

namespace pare {

extern const OpFamily pool2d_op;
const OpFamily pool2d_op{"pool2d", {"max_pool2d", "average_pool2d"}};

void Pool2d::fields(FieldVisitor& v) {
  v.field("kernel_h", kernel_h);
  v.field("kernel_w", kernel_w);
  visit_strides(v, *this);
  visit_pads(v, *this);
  v.field("count_include_pad", count_include_pad);
  v.field("activation", activation);
}

namespace {

// Every window sees the image if the padding is smaller than the window.
Result<void> expect_windows_inside(const Pool2d& op) {
  if (std::max(op.pad_top, op.pad_bottom) < op.kernel_h && std::max(op.pad_left, op.pad_right) < op.kernel_w) return {};
  return Error{Code::InvalidModel, "",
               fmt::format("padding {}, {}, {}, {} of a window of {} x {}", op.pad_top, op.pad_left, op.pad_bottom,
                           op.pad_right, op.kernel_h, op.kernel_w),
               "a padding smaller than the window", ""};
}

}  // namespace

Result<std::vector<TensorType>> Pool2d::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_rank(*in[0], 4));
  PARE_TRY(expect_padding(*this));
  const Shape& x = in[0]->shape;
  PARE_TRY(const int64_t h, window_extent(x[1], pad_top + pad_bottom, kernel_h, stride_h, 1));
  PARE_TRY(const int64_t w, window_extent(x[2], pad_left + pad_right, kernel_w, stride_w, 1));
  PARE_TRY(expect_windows_inside(*this));
  return std::vector<TensorType>{{{x[0], h, w, x[3]}, in[0]->encoding.type}};
}

namespace {

Result<Kernel> prepare_f32(const Pool2d& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<Pool2dF32Args>>();
  Pool2dF32Args& a = holder->args;
  fill_window(a, op, input, {op.kernel_h, op.kernel_w});
  a.in_c = static_cast<int>(input.in[0]->shape[3]);
  a.count_include_pad = op.count_include_pad;
  a.limits = limits_of(op.activation);
  const bool max = op.which == Pool2d::Kind::Max;
  return Kernel{.run = max ? max_pool2d_f32 : average_pool2d_f32,
                .args = as_args(holder),
                .name = max ? "max_pool2d_f32" : "average_pool2d_f32",
                .c = {}};
}

}  // namespace

Result<Kernel> Pool2d::prepare(const PrepareInput& input) const {
  return prepare_f32(*this, input);
}

}  // namespace pare
