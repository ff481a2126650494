#include "ops/quantize/quantize.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/operands.hpp"
#include "ops/quantize/quantize_codes.hpp"
#include "ops/quantize/quantize_s8.h"
#include "ops/quantize/quantize_s8_fast.hpp"
#include "ops/requantize.hpp"
#include "ops/unary/table.hpp"
#include "rounding.h"

namespace pare {

extern const OpFamily quantize_op;
const OpFamily quantize_op{"quantize", {Quantize::kKind, Dequantize::kKind}};

Result<std::vector<TensorType>> Quantize::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  const auto encoding = parse_encoding(type);
  if (!encoding || encoding->affine() || !quantize_kernel(encoding->type))
    return Error{Code::InvalidModel, "", fmt::format("codes of type '{}'", type), "i8, u8, i16, u16 or i32", ""};
  return std::vector<TensorType>{{in[0]->shape, encoding->type}};
}

Result<std::vector<TensorType>> Dequantize::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  return std::vector<TensorType>{{in[0]->shape, DType::F32}};
}

namespace {

Result<void> expect_codes(const TensorInfo& t) {
  if (t.encoding.affine() && quantize_kernel(t.encoding.type)) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(t.encoding)),
               "codes with a scale, such as i8/tensor/asym", ""};
}

Result<void> expect_reals(const TensorInfo& t) {
  if (t.encoding == Encoding::plain(DType::F32)) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(t.encoding)), "f32", ""};
}

bool is_s8(const Encoding& e) { return e.type == DType::I8 && e.grain == Grain::Tensor; }

int32_t quantize_rule(Arithmetic arithmetic) {
  if (input_rounding(arithmetic) == Rounding::HalfAway) return PARE_DIVIDE_HALF_AWAY;
  return pare_is_litert(c_number(arithmetic)) ? PARE_RECIPROCAL_HALF_EVEN : PARE_DIVIDE_HALF_EVEN;
}

// int8 per tensor: the kernels that are also emitted.

void visit_quantize(ArgVisitor& v, const pare_quantize_s8_args& a) {
  v.number("count", a.count);
  v.number("rule", a.rule);
  v.real("scale", a.scale);
  v.number("zero_point", a.zero_point);
}

void visit_dequantize(ArgVisitor& v, const pare_dequantize_s8_args& a) {
  v.number("count", a.count);
  v.number("channels", a.channels);
  v.number("inner", a.inner);
  v.array("scale", std::span(a.scale, static_cast<size_t>(a.channels)));
  v.array("zero_point", std::span(a.zero_point, static_cast<size_t>(a.channels)));
}

Kernel quantize_s8(int64_t count, const Encoding& y, Arithmetic arithmetic) {
  auto holder = std::make_shared<Holder<pare_quantize_s8_args>>();
  holder->args = {static_cast<int32_t>(count), quantize_rule(arithmetic), y.scale[0], y.zero_point[0]};
  return kernel_of({pare_quantize_s8, "pare_quantize_s8", "ops/quantize/quantize_s8", "pare_quantize_s8_args"}, holder,
                   visit_quantize);
}

// Owns the scales that its arguments point to.
template <class Args>
struct ScalesHolder {
  explicit ScalesHolder(const Encoding& e) : encoding(e) {}
  Args args{};
  Encoding encoding;
};

// The axis along which the scales change; a tensor with one scale is one channel.
AxisSplit split_of(const TensorInfo& t, const Encoding& e) {
  return e.scale.size() > 1 ? split_at(t.shape, e.axis) : AxisSplit{1, 1, count_of(t.shape)};
}

Kernel dequantize_s8(const TensorInfo& x) {
  auto holder = std::make_shared<ScalesHolder<pare_dequantize_s8_args>>(x.encoding);
  const AxisSplit split = split_of(x, x.encoding);
  const Encoding& e = holder->encoding;
  holder->args = {static_cast<int32_t>(count_of(x.shape)), static_cast<int32_t>(split.extent),
                  static_cast<int32_t>(split.inner), e.scale.data(), e.zero_point.data()};
  return kernel_of({pare_dequantize_s8, "pare_dequantize_s8", "ops/quantize/quantize_s8", "pare_dequantize_s8_args"},
                   holder, visit_dequantize);
}

// Any other codes.
Kernel codes_kernel(pare_kernel run, std::string name, const PrepareInput& input, const Encoding& codes) {
  auto holder = std::make_shared<ScalesHolder<CodesArgs>>(codes);
  const AxisSplit split = split_of(*input.in[0], codes);
  const Encoding& e = holder->encoding;
  holder->args = {split.outer,    split.extent,        split.inner,
                  e.scale.data(), e.zero_point.data(), quantize_rule(input.arithmetic)};
  return Kernel{.run = run, .args = as_args(holder), .name = std::move(name), .c = {}};
}

// Code to code. A table maps the byte of an input code, seen as int8, to the byte of an output code: so one kernel
// serves int8 and uint8 on either side, as a uint8 code is an int8 code of a zero point that is 128 less.

Result<void> expect_8_bits(const TensorInfo& t) {
  const Encoding& e = t.encoding;
  if (e.grain == Grain::Tensor && (e.type == DType::I8 || e.type == DType::U8)) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(e)),
               "i8/tensor/asym or u8/tensor/asym, to requantize", ""};
}

// The same reals as int8 codes.
pare_affine as_s8(const Encoding& e) { return {e.scale[0], e.zero_point[0] - (e.type == DType::U8 ? 128 : 0)}; }

// 0x80 for codes that have to be moved by 128 to be int8.
uint8_t flip_of(const Encoding& e) { return e.type == DType::U8 ? 0x80 : 0; }

// As QDQ models mean it: the exact reals, quantized anew.
void exact_table(int8_t* table, const pare_table_spec& spec) {
  for (int i = 0; i < 256; ++i) {
    const float x = spec.x.scale * static_cast<float>(i - 128 - spec.x.zero_point);
    const double q = pare_round_half_even(x / spec.y.scale) + spec.y.zero_point;
    table[i] = static_cast<int8_t>(std::clamp(q, -128.0, 127.0));
  }
}

// From the table of int8 codes to that of bytes.
Tensor byte_table(const int8_t* codes, uint8_t flip_in, uint8_t flip_out) {
  Tensor table(DType::I8, {256});
  auto bytes = table.edit<int8_t>();
  for (size_t i = 0; i < 256; ++i) bytes[i] = static_cast<int8_t>(static_cast<uint8_t>(codes[i ^ flip_in]) ^ flip_out);
  return table;
}

Result<Kernel> prepare_from_codes(const PrepareInput& input) {
  const TensorInfo &x = *input.in[0], &y = *input.out[0];
  PARE_TRY(expect_8_bits(x));
  PARE_TRY(expect_8_bits(y));
  const pare_table_spec spec{c_number(input.arithmetic), as_s8(x.encoding), as_s8(y.encoding)};
  int8_t codes[256];
  if (rule_for(RuleFor::Conv, input.arithmetic))
    pare_table_requantize(codes, &spec);
  else
    exact_table(codes, spec);
  return table_kernel(byte_table(codes, flip_of(x.encoding), flip_of(y.encoding)), count_of(x.shape),
                      fmt::format("requantize_{}_{}", name_of(x.encoding.type), name_of(y.encoding.type)), input.isa);
}

Kernel from_reals(const PrepareInput& input) {
  const TensorInfo& y = *input.out[0];
  if (is_s8(y.encoding)) return quantize_s8(count_of(y.shape), y.encoding, input.arithmetic);
  return codes_kernel(quantize_kernel(y.encoding.type), fmt::format("quantize_{}", name_of(y.encoding.type)), input,
                      y.encoding);
}

Kernel to_reals(const PrepareInput& input) {
  const TensorInfo& x = *input.in[0];
  if (x.encoding.type == DType::I8) return dequantize_s8(x);
  return codes_kernel(dequantize_kernel(x.encoding.type), fmt::format("dequantize_{}", name_of(x.encoding.type)), input,
                      x.encoding);
}

// A kernel between reals and `codes`, by vectors if these have 8 bits and one scale.
template <class Fast>
Kernel fastest(const Kernel& reference, const TensorInfo& codes, const PrepareInput& input, Fast fast) {
  if (!expect_8_bits(codes)) return reference;
  const pare_affine s8 = as_s8(codes.encoding);
  const CodesS8 constants{s8.scale, s8.zero_point, quantize_rule(input.arithmetic),
                          static_cast<int8_t>(flip_of(codes.encoding))};
  return fast(constants, count_of(codes.shape), input.isa, reference).value_or(reference);
}

Result<Kernel> prepare_from_reals(const PrepareInput& input) {
  PARE_TRY(expect_reals(*input.in[0]));
  return fastest(from_reals(input), *input.out[0], input, fast_quantize);
}

}  // namespace

Result<Kernel> Quantize::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(expect_codes(*input.out[0]));
  return is_integer(input) ? prepare_from_codes(input) : prepare_from_reals(input);
}

Result<Kernel> Dequantize::prepare(const PrepareInput& input) const {
  const TensorInfo& x = *input.in[0];
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(expect_codes(x));
  PARE_TRY(expect_reals(*input.out[0]));
  return fastest(to_reals(input), x, input, fast_dequantize);
}

}  // namespace pare
