#include "ops/batch_norm/batch_norm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "ops/batch_norm/batch_norm_f32.hpp"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"

namespace pare {

extern const OpFamily batch_norm_op;
const OpFamily batch_norm_op{"batch_norm", {BatchNorm::kKind}};

void BatchNorm::fields(FieldVisitor& v) {
  v.field("axis", axis);
  v.field("epsilon", epsilon);
}

Result<std::vector<TensorType>> BatchNorm::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 5, 5));
  PARE_TRY(expect_axis(*in[0], axis));
  const int64_t channels = in[0]->shape[static_cast<size_t>(axis)];
  for (size_t i = 1; i < 5; ++i)
    if (in[i]->shape != Shape{channels})
      return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", in[i]->name, to_string(in[i]->shape)),
                   to_string({channels}), ""};
  return std::vector<TensorType>{{in[0]->shape, DType::F32}};
}

namespace {

// The Holder of double factors and offsets.
struct BatchNormHolder {
  BatchNormF32Args args{};
  std::vector<double> factor, offset;
};

void fill_factors(BatchNormHolder& h, const PrepareInput& input, float epsilon) {
  Tensor constants[4];
  for (size_t i = 0; i < 4; ++i) constants[i] = real_values(*input.in[i + 1]);
  const auto gamma = constants[0].view<float>(), beta = constants[1].view<float>();
  const auto mean = constants[2].view<float>(), variance = constants[3].view<float>();
  for (size_t c = 0; c < gamma.size(); ++c) {
    h.factor.push_back(gamma[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon));
    h.offset.push_back(beta[c] - mean[c] * h.factor[c]);
  }
}

}  // namespace

Result<Kernel> BatchNorm::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_constants(input, 1));
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<BatchNormHolder>();
  fill_factors(*holder, input, epsilon);
  const AxisSplit split = split_at(input.in[0]->shape, axis);
  holder->args = {split.outer, split.extent, split.inner, holder->factor.data(), holder->offset.data()};
  return Kernel{.run = batch_norm_f32, .args = {holder, &holder->args}, .name = "batch_norm_f32", .c = {}};
}

}  // namespace pare
