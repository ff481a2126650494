#include "ops/operands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pare {

Result<void> expect_operands(const Operands& in, size_t least, size_t most) {
  const bool present = in.size() >= least && std::find(in.begin(), in.begin() + static_cast<ptrdiff_t>(least), nullptr) ==
                                                 in.begin() + static_cast<ptrdiff_t>(least);
  if (present && in.size() <= most) return {};
  return Error{Code::InvalidModel, "", fmt::format("{} operands", in.size()),
               least == most ? std::to_string(least) : fmt::format("{} to {}", least, most), ""};
}

Result<void> expect_rank(const TensorInfo& t, size_t rank) {
  if (t.shape.size() == rank) return {};
  return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", t.name, to_string(t.shape)),
               fmt::format("rank {}", rank), ""};
}

Result<void> expect_bias(const Operands& in, size_t index, int64_t channels) {
  if (in.size() <= index || in[index] == nullptr || in[index]->shape == Shape{channels}) return {};
  return Error{Code::InvalidModel, "", fmt::format("bias '{}' has shape {}", in[index]->name, to_string(in[index]->shape)),
               to_string({channels}), ""};
}

Result<void> expect_constants(const PrepareInput& input, size_t first) {
  for (size_t i = first; i < input.in.size(); ++i)
    if (input.in[i] && !input.in[i]->constant())
      return Error{Code::Unsupported, "", fmt::format("operand '{}' is computed at run time", input.in[i]->name),
                   "a constant", ""};
  return {};
}

namespace {

bool is_s8(const TensorInfo& t, Grain grain) { return t.encoding.type == DType::I8 && t.encoding.grain == grain; }

Result<void> expect_encoding(bool holds, const TensorInfo& t, const char* expected) {
  if (holds) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(t.encoding)), expected, ""};
}

}  // namespace

Result<void> expect_weighted_s8(const PrepareInput& input) {
  const TensorInfo &x = *input.in[0], &w = *input.in[1], &y = *input.out[0];
  PARE_TRY(expect_encoding(is_s8(x, Grain::Tensor), x, "i8/tensor/asym"));
  PARE_TRY(expect_encoding(is_s8(y, Grain::Tensor), y, "i8/tensor/asym"));
  PARE_TRY(expect_encoding(w.encoding.type == DType::I8 && w.encoding.affine(), w, "i8/channel/sym or i8/tensor/sym"));
  for (const int32_t zero : w.encoding.zero_point) {
    PARE_TRY(expect_encoding(zero == 0, w, "weights with zero point 0"));
  }
  if (input.in.size() < 3 || !input.in[2]) return {};
  return expect_encoding(input.in[2]->encoding.type == DType::I32, *input.in[2], "i32");
}

bool is_integer(const PrepareInput& input) { return input.in[0]->encoding.affine(); }

Tensor real_values(const TensorInfo& constant) { return dequantize(constant.data, constant.encoding); }

Tensor real_bias(const PrepareInput& input) {
  return input.in.size() > 2 && input.in[2] ? real_values(*input.in[2]) : Tensor();
}

Tensor bias_tensor(const PrepareInput& input) { return input.in.size() > 2 && input.in[2] ? input.in[2]->data : Tensor(); }

const float* reals_or_null(const Tensor& t) { return t.empty() ? nullptr : t.view<float>().data(); }
const int32_t* codes_or_null(const Tensor& t) { return t.empty() ? nullptr : t.view<int32_t>().data(); }

RequantizeSpec weighted_spec(RuleFor use, const PrepareInput& input, Activation activation) {
  return {use, input.arithmetic, input.in[0]->encoding.scale[0], input.in[1]->encoding.scale, &input.out[0]->encoding, activation};
}

}  // namespace pare
