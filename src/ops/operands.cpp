#include "ops/operands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/extents.hpp"

namespace pare {

Result<void> expect_operands(const Operands& in, size_t least, size_t most) {
  const bool present = in.size() >= least && std::find(in.begin(), in.begin() + static_cast<ptrdiff_t>(least), nullptr) ==
                                                 in.begin() + static_cast<ptrdiff_t>(least);
  if (!present || in.size() > most)
    return Error{Code::InvalidModel, "", fmt::format("{} operands", in.size()),
                 least == most ? std::to_string(least) : fmt::format("{} to {}", least, most), ""};
  for (const TensorInfo* t : in)
    if (t && !countable(t->shape))
      return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", t->name, to_string(t->shape)),
                   fmt::format("{} elements at most", kMostElements), ""};
  return {};
}

Result<void> expect_rank(const TensorInfo& t, size_t rank) {
  if (t.shape.size() == rank) return {};
  return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", t.name, to_string(t.shape)),
               fmt::format("rank {}", rank), ""};
}

Result<void> expect_rank_at_most(const TensorInfo& t, size_t rank) {
  if (t.shape.size() <= rank) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' has shape {}", t.name, to_string(t.shape)),
               fmt::format("rank {} at most", rank), ""};
}

Result<void> expect_bias(const Operands& in, size_t index, int64_t channels) {
  if (in.size() <= index || in[index] == nullptr || in[index]->shape == Shape{channels}) return {};
  return Error{Code::InvalidModel, "", fmt::format("bias '{}' has shape {}", in[index]->name, to_string(in[index]->shape)),
               to_string({channels}), ""};
}

Result<void> expect_axis(const TensorInfo& t, int64_t axis) {
  const auto rank = static_cast<int64_t>(t.shape.size());
  if (axis >= 0 && axis < rank) return {};
  return Error{Code::InvalidModel, "", fmt::format("axis {} of '{}', whose shape is {}", axis, t.name, to_string(t.shape)),
               rank == 0 ? "a tensor with axes" : fmt::format("0 to {}", rank - 1), ""};
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

// The encoding with its scale, as far as it has one.
std::string in_full(const Encoding& e) {
  if (e.grain != Grain::Tensor) return to_string(e);
  return fmt::format("{} s={} z={}", to_string(e), e.scale[0], e.zero_point[0]);
}

Result<void> expect_encoding(bool holds, const TensorInfo& t, const char* expected) {
  if (holds) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", t.name, to_string(t.encoding)), expected, ""};
}

bool is_f32(const TensorInfo& t) { return t.encoding.type == DType::F32 && !t.encoding.affine(); }

}  // namespace

Result<void> expect_f32(const PrepareInput& input) {
  for (const TensorInfo* t : input.in) {
    if (!t) continue;
    PARE_TRY(expect_encoding(t->constant() || is_f32(*t), *t, "f32"));
  }
  for (const TensorInfo* t : input.out) {
    PARE_TRY(expect_encoding(is_f32(*t), *t, "f32"));
  }
  return {};
}

Result<void> expect_s8(const TensorInfo& t) { return expect_encoding(is_s8(t, Grain::Tensor), t, "i8/tensor/asym"); }

Result<void> expect_same_encoding(const TensorInfo& x, const TensorInfo& y) {
  const Encoding &a = x.encoding, &b = y.encoding;
  if (a.type == b.type && a.grain == b.grain && a.scale == b.scale && a.zero_point == b.zero_point) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", y.name, in_full(b)),
               fmt::format("the encoding of '{}', {}", x.name, in_full(a)), ""};
}

Result<void> expect_weighted_s8(const PrepareInput& input, int64_t channel_axis) {
  const TensorInfo &x = *input.in[0], &w = *input.in[1], &y = *input.out[0];
  PARE_TRY(expect_s8(x));
  PARE_TRY(expect_s8(y));
  PARE_TRY(expect_encoding(w.encoding.type == DType::I8 && w.encoding.affine(), w, "i8/channel/sym or i8/tensor/sym"));
  PARE_TRY(expect_encoding(w.encoding.grain != Grain::Channel || w.encoding.axis == channel_axis, w,
                           "channels along the output's axis"));
  for (const int32_t zero : w.encoding.zero_point) {
    PARE_TRY(expect_encoding(zero == 0, w, "weights with zero point 0"));
  }
  if (input.in.size() < 3 || !input.in[2]) return {};
  return expect_encoding(input.in[2]->encoding.type == DType::I32, *input.in[2], "i32");
}

Result<void> expect_fixed_output(const PrepareInput& input, const Contract& contract) {
  const TensorInfo& y = *input.out[0];
  PARE_TRY(expect_s8(y));
  if (y.encoding.scale[0] == contract.scale && y.encoding.zero_point[0] == contract.zero_point) return {};
  return Error{Code::Unsupported, "", fmt::format("'{}' is encoded as {}", y.name, in_full(y.encoding)),
               fmt::format("s={} z={}", contract.scale, contract.zero_point), ""};
}

Result<void> expect_integer_arithmetic(Arithmetic arithmetic) {
  const auto rule = rule_for(RuleFor::Conv, arithmetic);
  if (!rule) return rule.error();
  return {};
}

Result<void> expect_int32_sizes(const PrepareInput& input) {
  for (const Operands* list : {&input.in, &input.out})
    for (const TensorInfo* t : *list)
      if (t && count_of(t->shape) > INT32_MAX / bytes_of(t->encoding.type))
        return Error{Code::Unsupported, "", fmt::format("'{}' has shape {}", t->name, to_string(t->shape)), "less than 2 GiB", ""};
  return {};
}

bool is_integer(const PrepareInput& input) { return input.in[0]->encoding.affine(); }

std::vector<int32_t> narrow(const std::vector<int64_t>& list) { return {list.begin(), list.end()}; }

AxisSplit split_at(const Shape& shape, int64_t axis) {
  AxisSplit split;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t& part = static_cast<int64_t>(i) < axis ? split.outer : static_cast<int64_t>(i) == axis ? split.extent : split.inner;
    part *= shape[i];
  }
  return split;
}

Tensor real_values(const TensorInfo& constant) { return dequantize(constant.data, constant.encoding); }

Tensor reals_of_constant(const TensorInfo& operand) { return operand.constant() ? real_values(operand) : Tensor(); }

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
