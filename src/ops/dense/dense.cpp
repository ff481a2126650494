#include "ops/dense/dense.hpp"

#include <fmt/format.h>

#include "ops/conv2d/conv2d_s8_fast.hpp"
#include "ops/dense/dense_f32.hpp"
#include "ops/dense/dense_f32_fast.hpp"
#include "ops/dense/dense_f32_onnx.hpp"
#include "ops/dense/dense_s8.h"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"

namespace pare {

extern const OpFamily dense_op;
const OpFamily dense_op{"dense", {Dense::kKind}};

void Dense::fields(FieldVisitor& v) {
  v.field("keep_leading", keep_leading);
  v.field("activation", activation);
}

namespace {

// Does a tensor of shape `x` split into rows of `ci` elements?
bool fits(const Shape& x, int64_t ci, bool keep_leading) {
  if (keep_leading) return !x.empty() && x.back() == ci;
  return count_of(x) % ci == 0;
}

}  // namespace

Result<std::vector<TensorType>> Dense::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 2, 3));
  PARE_TRY(expect_rank(*in[1], 2));
  const Shape &x = in[0]->shape, &w = in[1]->shape;
  if (!fits(x, w[1], keep_leading))
    return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", in[0]->name, to_string(x)),
                 fmt::format("{} of {}, the weights' input channels", keep_leading ? "a last extent" : "a multiple", w[1]), ""};
  PARE_TRY(expect_bias(in, 2, w[0]));
  Shape y = keep_leading ? x : Shape{count_of(x) / w[1], w[0]};
  y.back() = w[0];
  return std::vector<TensorType>{{std::move(y), DType::F32}};
}

Cost Dense::cost(const Operands& in, const Operands& out) const {
  return {.macs = count_of(out[0]->shape) * in[1]->shape[1]};
}

namespace {

// The fields that both kernels share.
template <class Args>
void fill_geometry(Args& a, const PrepareInput& input) {
  const Shape& w = input.in[1]->shape;
  a.rows = static_cast<int32_t>(count_of(input.in[0]->shape) / w[1]);
  a.in_c = static_cast<int32_t>(w[1]);
  a.out_c = static_cast<int32_t>(w[0]);
}

void visit(ArgVisitor& v, const pare_dense_s8_args& a) {
  v.number("rows", a.rows), v.number("in_c", a.in_c), v.number("out_c", a.out_c);
  v.number("in_zero_point", a.in_zero_point);
  v.array("weights", std::span(a.weights, static_cast<size_t>(int64_t{1} * a.out_c * a.in_c)));
  v.array("bias", std::span(a.bias, a.bias ? static_cast<size_t>(a.out_c) : 0));
  visit_requantize(v, a.requantize);
}

// A row of pixels, each of which is one row of the dense layer.
pare_conv2d_s8_args as_convolution(const pare_dense_s8_args& a) {
  pare_conv2d_s8_args c{};
  c.n = c.in_h = c.out_h = c.kernel_h = c.kernel_w = c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = c.groups = 1;
  c.in_w = c.out_w = a.rows;
  c.in_c = a.in_c;
  c.out_c = a.out_c;
  c.in_zero_point = a.in_zero_point;
  c.weights = a.weights;
  c.bias = a.bias;
  c.requantize = a.requantize;
  return c;
}

Result<Kernel> prepare_s8(const Dense& op, const PrepareInput& input) {
  PARE_TRY(expect_weighted_s8(input, op.contract().channel_axis));
  PARE_TRY(expect_int32_sizes(input));
  auto holder = std::make_shared<Holder<pare_dense_s8_args>>();
  PARE_TRY(Requantizer requantizer, Requantizer::make(weighted_spec(RuleFor::Dense, input, op.activation)));
  holder->requantizer = std::make_unique<Requantizer>(std::move(requantizer));
  holder->tensors = {input.in[1]->data, bias_tensor(input)};
  pare_dense_s8_args& a = holder->args;
  fill_geometry(a, input);
  a.in_zero_point = input.in[0]->encoding.zero_point[0];
  a.weights = holder->tensors[0].view<int8_t>().data();
  a.bias = codes_or_null(holder->tensors[1]);
  a.requantize = holder->requantizer->args();
  const Kernel reference = kernel_of({pare_dense_s8, "pare_dense_s8", "ops/dense/dense_s8", "pare_dense_s8_args"}, holder, visit);
  return fast_conv2d_s8(as_convolution(a), input.isa, reference).value_or(reference);
}

Kernel reference_f32(const std::shared_ptr<Holder<DenseF32Args>>& reference) {
  return Kernel{.run = dense_f32, .args = as_args(reference), .name = "dense_f32", .c = {}};
}

// The same layer with packed weights, for an instruction set that has tiles.
Kernel fast_f32(const Holder<DenseF32Args>& reference, Isa isa) {
  const DenseF32Args& a = reference.args;
  auto holder = std::make_shared<Holder<DenseF32FastArgs>>();
  holder->tensors = {pack_blocks(reference.tensors[0], a.out_c, 1), pack_bias(reference.tensors[1], a.out_c, 1)};
  if (a.rows == 1) holder->tensors[0] = join_long_blocks(holder->tensors[0], isa);
  holder->args = {a, tile_loop(isa)};
  holder->args.dense.weights = holder->tensors[0].view<float>().data();
  holder->args.dense.bias = holder->tensors[1].view<float>().data();
  return Kernel{.run = dense_f32_fast, .args = as_args(holder), .name = "dense_f32_" + std::string(tile_name(isa)), .c = {}};
}

Result<Kernel> prepare_f32(const Dense& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<DenseF32Args>>();
  holder->tensors = {real_values(*input.in[1]), real_bias(input)};
  DenseF32Args& a = holder->args;
  fill_geometry(a, input);
  a.weights = holder->tensors[0].view<float>().data();
  a.bias = reals_or_null(holder->tensors[1]);
  a.limits = limits_of(op.activation);
  if (input.arithmetic == Arithmetic::Onnx) return onnx_dense_f32(a, holder->tensors[0], holder->tensors[1], input.isa);
  return tile_loop(input.isa) ? fast_f32(*holder, input.isa) : reference_f32(holder);
}

}  // namespace

Result<Kernel> Dense::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_constants(input, 1));
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
