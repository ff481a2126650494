#include "ops/pool2d/pool2d.hpp"

#include <fmt/format.h>

#include "ops/isa_table.hpp"
#include "ops/operands.hpp"
#include "ops/pool2d/pool2d_f32.hpp"
#include "ops/pool2d/pool2d_s8.h"
#include "ops/pool2d/pool2d_s8_fast.hpp"
#include "ops/pool2d/pool2d_u8.hpp"
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

struct FloatRow {
  Isa isa;
  pare_kernel max, average;
  const char* suffix;
};
constexpr FloatRow kFloat[] = {
    {Isa::Portable, max_pool2d_f32, average_pool2d_f32, ""},
#if defined(__x86_64__)
    {Isa::Avx2, max_pool2d_f32_avx2, average_pool2d_f32_avx2, "_avx2"},
    {Isa::Avx512Vnni, max_pool2d_f32_avx512, average_pool2d_f32_avx512, "_avx512"},
#elif defined(__aarch64__)
    {Isa::Neon, max_pool2d_f32_neon, average_pool2d_f32_neon, "_neon"},
#endif
};

Result<Kernel> prepare_f32(const Pool2d& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<Pool2dF32Args>>();
  Pool2dF32Args& a = holder->args;
  fill_window(a, op, input, {op.kernel_h, op.kernel_w});
  a.in_c = static_cast<int>(input.in[0]->shape[3]);
  a.count_include_pad = op.count_include_pad;
  a.limits = limits_of(op.activation);
  const bool max = op.which == Pool2d::Kind::Max;
  const FloatRow& row = row_for(kFloat, input.arithmetic == Arithmetic::Onnx ? Isa::Portable : input.isa);  // whose sums are in double
  return Kernel{.run = max ? row.max : row.average,
                .args = as_args(holder),
                .name = fmt::format("{}_pool2d_f32{}", max ? "max" : "average", row.suffix),
                .c = {}};
}

void visit(ArgVisitor& v, const pare_pool2d_s8_args& a) {
  v.number("n", a.n), v.number("in_h", a.in_h), v.number("in_w", a.in_w), v.number("c", a.c);
  v.number("out_h", a.out_h), v.number("out_w", a.out_w);
  v.number("kernel_h", a.kernel_h), v.number("kernel_w", a.kernel_w);
  v.number("stride_h", a.stride_h), v.number("stride_w", a.stride_w);
  v.number("pad_top", a.pad_top), v.number("pad_left", a.pad_left);
  v.number("count_outside", a.count_outside), v.number("in_zero_point", a.in_zero_point);
  v.number("lo", a.lo), v.number("hi", a.hi);
}

void fill(pare_pool2d_s8_args& a, const Pool2d& op, const PrepareInput& input) {
  fill_window(a, op, input, {op.kernel_h, op.kernel_w});
  a.c = static_cast<int32_t>(input.in[0]->shape[3]);
  a.count_outside = op.count_include_pad;
  if (is_integer(input)) a.in_zero_point = input.in[0]->encoding.zero_point[0];
}

Result<Kernel> prepare_s8(const Pool2d& op, const PrepareInput& input) {
  const bool max = op.which == Pool2d::Kind::Max;
  PARE_TRY(expect_s8(*input.in[0]));
  if (!max) {
    PARE_TRY(expect_integer_arithmetic(input.arithmetic));
  }
  auto holder = std::make_shared<Holder<pare_pool2d_s8_args>>();
  fill(holder->args, op, input);
  const auto limits = code_limits(op.activation, input.out[0]->encoding, input.arithmetic);
  holder->args.lo = limits[0];
  holder->args.hi = limits[1];
  const CKernel largest{pare_max_pool2d_s8, "pare_max_pool2d_s8", "ops/pool2d/pool2d_s8", "pare_pool2d_s8_args"};
  const CKernel mean{pare_average_pool2d_s8, "pare_average_pool2d_s8", "ops/pool2d/pool2d_s8", "pare_pool2d_s8_args"};
  const Kernel reference = kernel_of(max ? largest : mean, holder, visit);
  return fast_pool2d_s8(holder->args, max, input.isa, reference).value_or(reference);
}

// Of QDQ models, whose maximum stands between uint8 tensors, and of plain bytes, which have no scale.
Result<Kernel> prepare_u8(const Pool2d& op, const PrepareInput& input) {
  if (op.which != Pool2d::Kind::Max || op.activation != Activation::None)
    return Error{Code::Unsupported, "", std::string(op.kind()) + " of uint8", "max_pool2d without activation, or int8", ""};
  auto holder = std::make_shared<Holder<pare_pool2d_s8_args>>();
  fill(holder->args, op, input);
  return Kernel{.run = max_pool2d_u8, .args = as_args(holder), .name = "max_pool2d_u8", .c = {}};
}

}  // namespace

Result<Kernel> Pool2d::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_int32_sizes(input));
  const bool bytes = input.in[0]->encoding.type == DType::U8;
  if (!is_integer(input) && !bytes) return prepare_f32(*this, input);
  PARE_TRY(expect_same_encoding(*input.in[0], *input.out[0]));
  return bytes ? prepare_u8(*this, input) : prepare_s8(*this, input);
}

}  // namespace pare
