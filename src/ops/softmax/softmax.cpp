#include "ops/softmax/softmax.hpp"

#include "ops/operands.hpp"
#include "ops/requantize.hpp"
#include "ops/softmax/softmax_f32.hpp"

namespace pare {

extern const OpFamily softmax_op;
const OpFamily softmax_op{"softmax", {Softmax::kKind}};

void Softmax::fields(FieldVisitor& v) {
  v.field("axis", axis);
  v.field("beta", beta);
}

Result<std::vector<TensorType>> Softmax::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_axis(*in[0], axis));
  return std::vector<TensorType>{{in[0]->shape, DType::F32}};
}

namespace {

Result<Kernel> prepare_f32(const Softmax& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<SoftmaxF32Args>>();
  const AxisSplit split = split_at(input.in[0]->shape, op.axis);
  holder->args = {split.outer, split.extent, split.inner, op.beta};
  return Kernel{.run = softmax_f32, .args = as_args(holder), .name = "softmax_f32", .c = {}};
}

}  // namespace

Result<Kernel> Softmax::prepare(const PrepareInput& input) const {
  return prepare_f32(*this, input);
}

}  // namespace pare
