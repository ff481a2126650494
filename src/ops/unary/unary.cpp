#include "ops/unary/unary.hpp"

#include <algorithm>
#include <cmath>

#include "ops/operands.hpp"
#include "ops/requantize.hpp"
#include "ops/unary/table.hpp"
#include "ops/unary/unary_f32.hpp"

namespace pare {

extern const OpFamily unary_op;
const OpFamily unary_op{"unary", {"relu", "relu6", "relu_n1_to_1", "clip", "leaky_relu", "logistic", "tanh"}};

namespace {

double clip(const Unary& op, double x) {
  const auto [lo, hi] = op.limits();
  return std::clamp(x, static_cast<double>(lo), static_cast<double>(hi));
}
double leaky_relu(const Unary& op, double x) { return x < 0 ? op.alpha * x : x; }
double logistic(const Unary&, double x) { return 1 / (1 + std::exp(-x)); }
double hyperbolic_tangent(const Unary&, double x) { return std::tanh(x); }

// A member of the family. `limits` are those of the clamps; clip has its own in fields.
struct Row {
  Unary::Kind kind;
  std::string_view name;
  double (*value)(const Unary&, double);
  pare_kernel kernel_f32;
  Activation limits = Activation::None;
  Contract contract = {};
};

constexpr Contract kOwn{.output = Contract::Output::Own};
// `tflm` clamps the codes of a relu6 and changes no scale.
constexpr Contract kShared{.output = Contract::Output::Input};
constexpr Contract kLogistic{.output = Contract::Output::Fixed, .scale = 1.0f / 256, .zero_point = -128};
constexpr Contract kTanh{.output = Contract::Output::Fixed, .scale = 1.0f / 128, .zero_point = 0};

using Kind = Unary::Kind;
constexpr Row kRows[] = {
    {Kind::Relu, "relu", clip, clamp_f32, Activation::Relu, kOwn},
    {Kind::Relu6, "relu6", clip, clamp_f32, Activation::Relu6, kShared},
    {Kind::ReluN1To1, "relu_n1_to_1", clip, clamp_f32, Activation::ReluN1To1, kOwn},
    {Kind::Clip, "clip", clip, clamp_f32, Activation::None, kOwn},
    {Kind::LeakyRelu, "leaky_relu", leaky_relu, leaky_relu_f32, Activation::None, kOwn},
    {Kind::Logistic, "logistic", logistic, logistic_f32, Activation::None, kLogistic},
    {Kind::Tanh, "tanh", hyperbolic_tangent, tanh_f32, Activation::None, kTanh},
};

const Row& row_of(Kind kind) { return kRows[static_cast<size_t>(kind)]; }

}  // namespace

std::string_view Unary::kind() const { return row_of(which).name; }
Contract Unary::contract() const { return row_of(which).contract; }
double Unary::value(double x) const { return row_of(which).value(*this, x); }

std::array<float, 2> Unary::limits() const {
  if (which == Kind::Clip) return {lo, hi};
  return limits_of(row_of(which).limits);
}

void Unary::fields(FieldVisitor& v) {
  if (which == Kind::LeakyRelu) v.field("alpha", alpha);
  if (which != Kind::Clip) return;
  v.field("lo", lo);
  v.field("hi", hi);
}

Result<std::vector<TensorType>> Unary::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  if (which == Kind::Clip && !(lo <= hi))
    return Error{Code::InvalidModel, "", "limits " + std::to_string(lo) + " and " + std::to_string(hi), "lo <= hi", ""};
  return std::vector<TensorType>{{in[0]->shape, DType::F32}};
}

namespace {

Result<Kernel> prepare_f32(const Unary& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  auto holder = std::make_shared<Holder<UnaryF32Args>>();
  holder->args = {count_of(input.in[0]->shape), op.limits(), op.alpha};
  return Kernel{
      .run = row_of(op.which).kernel_f32, .args = as_args(holder), .name = std::string(op.kind()) + "_f32", .c = {}};
}

void fill_table(const Unary& op, const pare_table_spec& spec, int8_t* table) {
  switch (op.which) {
    case Kind::Relu6:
      return pare_table_relu6(table, &spec);
    case Kind::LeakyRelu:
      return pare_table_leaky_relu(table, &spec, op.alpha);
    case Kind::Logistic:
      return pare_table_logistic(table, &spec);
    case Kind::Tanh:
      return pare_table_tanh(table, &spec);
    default:
      return pare_table_clip(table, &spec, op.limits()[0], op.limits()[1]);
  }
}

Result<void> expect_contract(const Unary& op, const PrepareInput& input) {
  if (op.contract().output == Contract::Output::Fixed) return expect_fixed_output(input, op.contract());
  if (op.which == Kind::Relu6 && input.arithmetic == Arithmetic::Tflm)
    return expect_same_encoding(*input.in[0], *input.out[0]);
  return {};
}

Result<Kernel> prepare_s8(const Unary& op, const PrepareInput& input) {
  PARE_TRY(const pare_table_spec spec, table_spec(input));
  PARE_TRY(expect_contract(op, input));
  Tensor table(DType::I8, {256});
  fill_table(op, spec, table.edit<int8_t>().data());
  return table_kernel(std::move(table), count_of(input.in[0]->shape), std::string(op.kind()) + "_s8", input.isa);
}

}  // namespace

Result<Kernel> Unary::prepare(const PrepareInput& input) const {
  return is_integer(input) ? prepare_s8(*this, input) : prepare_f32(*this, input);
}

}  // namespace pare
