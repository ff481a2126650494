#include "ops/quantize/quantize.hpp"

#include <fmt/format.h>

#include "ops/operands.hpp"
#include "ops/quantize/quantize_codes.hpp"
#include "ops/requantize.hpp"

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

// Owns the scales that its arguments point to.
struct CodesHolder {
  CodesArgs args{};
  Encoding encoding;
};

std::shared_ptr<CodesHolder> hold(const Shape& shape, const Encoding& encoding, Arithmetic arithmetic) {
  auto holder = std::make_shared<CodesHolder>();
  holder->encoding = encoding;
  const AxisSplit split =
      encoding.scale.size() > 1 ? split_at(shape, encoding.axis) : AxisSplit{1, 1, count_of(shape)};
  const Encoding& e = holder->encoding;
  holder->args = {split.outer,     split.extent,          split.inner,
                  e.scale.data(), e.zero_point.data(), input_rounding(arithmetic) == Rounding::HalfEven};
  return holder;
}

Kernel codes_kernel(pare_kernel run, std::string name, const std::shared_ptr<CodesHolder>& holder) {
  return Kernel{.run = run, .args = {holder, &holder->args}, .name = std::move(name), .c = {}};
}

Result<Kernel> prepare_from_f32(const PrepareInput& input) {
  const TensorInfo &x = *input.in[0], &y = *input.out[0];
  PARE_TRY(expect_reals(x));
  return codes_kernel(quantize_kernel(y.encoding.type), fmt::format("quantize_{}", name_of(y.encoding.type)),
                      hold(x.shape, y.encoding, input.arithmetic));
}

}  // namespace

Result<Kernel> Quantize::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_codes(*input.out[0]));
  return prepare_from_f32(input);
}

Result<Kernel> Dequantize::prepare(const PrepareInput& input) const {
  const TensorInfo &x = *input.in[0], &y = *input.out[0];
  PARE_TRY(expect_codes(x));
  PARE_TRY(expect_reals(y));
  return codes_kernel(dequantize_kernel(x.encoding.type), fmt::format("dequantize_{}", name_of(x.encoding.type)),
                      hold(x.shape, x.encoding, input.arithmetic));
}

}  // namespace pare
