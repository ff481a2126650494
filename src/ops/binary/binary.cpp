#include "ops/binary/binary.hpp"

#include <algorithm>

#include "ops/binary/binary_f32.hpp"
#include "ops/binary/binary_s8_fast.hpp"
#include "ops/binary/binary_s8_prepare.h"
#include "ops/isa_table.hpp"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"

namespace pare {

extern const OpFamily binary_op;
const OpFamily binary_op{"binary", {"add", "sub", "mul", "div"}};

namespace {

struct Row {
  std::string_view name;
  pare_kernel kernel_f32;
};
constexpr Row kRows[] = {{"add", add_f32}, {"sub", sub_f32}, {"mul", mul_f32}, {"div", div_f32}};

const Row& row_of(Binary::Kind kind) { return kRows[static_cast<size_t>(kind)]; }

// Extent `i` counted from the back; 1 beyond the front.
int64_t extent_from_back(const Shape& shape, size_t i) { return i < shape.size() ? shape[shape.size() - 1 - i] : 1; }

}  // namespace

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  Shape y(std::max(a.size(), b.size()));
  for (size_t i = 0; i < y.size(); ++i) {
    const int64_t p = extent_from_back(a, i), q = extent_from_back(b, i);
    if (p != q && p != 1 && q != 1)
      return Error{Code::InvalidModel, "", "shapes " + to_string(a) + " and " + to_string(b), "shapes that broadcast",
                   ""};
    y[y.size() - 1 - i] = p == 1 ? q : p;
  }
  return y;
}

std::string_view Binary::kind() const { return row_of(which).name; }
void Binary::fields(FieldVisitor& v) { v.field("activation", activation); }

Result<std::vector<TensorType>> Binary::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 2, 2));
  PARE_TRY(Shape y, broadcast(in[0]->shape, in[1]->shape));
  return std::vector<TensorType>{{std::move(y), DType::F32}};
}

namespace {

// Elements between neighbours along the axis `i` from the back; 0 where the operand is repeated.
int64_t stride_from_back(const Shape& shape, size_t i) {
  if (extent_from_back(shape, i) == 1) return 0;
  int64_t stride = 1;
  for (size_t k = 0; k < i; ++k) stride *= extent_from_back(shape, k);
  return stride;
}

// One axis of the output and how the operands step along it.
struct Axis {
  int64_t extent, a, b;
  // Do the two operands go on from this outer axis to `inner` as along one axis?
  bool joins(const Axis& inner) const { return a == inner.a * inner.extent && b == inner.b * inner.extent; }
};

// The fewest axes that describe the broadcast; at least one.
std::vector<Axis> axes_of(const Shape& a, const Shape& b, const Shape& y) {
  std::vector<Axis> axes;
  for (size_t i = y.size(); i-- > 0;) {
    const Axis axis{extent_from_back(y, i), stride_from_back(a, i), stride_from_back(b, i)};
    if (axis.extent == 1) continue;
    if (!axes.empty() && axes.back().joins(axis))
      axes.back() = {axes.back().extent * axis.extent, axis.a, axis.b};
    else
      axes.push_back(axis);
  }
  if (axes.empty()) axes.push_back({1, 0, 0});
  return axes;
}

struct FloatRow {
  Isa isa;
  BinaryRowF32 (*row)(Binary::Kind kind);
};
constexpr FloatRow kFloat[] = {
    {Isa::Portable, nullptr},
#if defined(__x86_64__)
    {Isa::Avx2, binary_row_f32_avx2},
    {Isa::Avx512Vnni, binary_row_f32_avx512},
#elif defined(__aarch64__)
    {Isa::Neon, binary_row_f32_neon},
#endif
};

Result<Kernel> prepare_f32(const Binary& op, const PrepareInput& input) {
  PARE_TRY(expect_f32(input));
  const TensorInfo &a = *input.in[0], &b = *input.in[1], &y = *input.out[0];
  PARE_TRY(expect_rank_at_most(y, kBinaryRank));
  auto holder = std::make_shared<Holder<BinaryF32Args>>();
  holder->tensors = {reals_of_constant(a), reals_of_constant(b)};
  BinaryF32Args& args = holder->args;
  for (const Axis& axis : axes_of(a.shape, b.shape, y.shape)) {
    args.extent[args.rank] = axis.extent;
    args.stride_a[args.rank] = axis.a;
    args.stride_b[args.rank++] = axis.b;
  }
  args.a = reals_or_null(holder->tensors[0]);
  args.b = reals_or_null(holder->tensors[1]);
  args.limits = limits_of(op.activation);
  if (const FloatRow& fast = row_for(kFloat, input.isa); fast.row) args.row = fast.row(op.which);
  return Kernel{
      .run = row_of(op.which).kernel_f32, .args = as_args(holder), .name = std::string(op.kind()) + "_f32", .c = {}};
}

// Owns what the arguments of an integer kernel point to.
template <class Args>
struct BinaryHolder {
  Args args{};
  pare_mul_factor factor{};
  Tensor a, b;
};

void visit_walk(ArgVisitor& v, const pare_broadcast& walk) {
  v.begin("walk");
  v.inline_array("extent", walk.extent);
  v.inline_array("stride_a", walk.stride_a);
  v.inline_array("stride_b", walk.stride_b);
  v.end();
}

// The constants of an operator whose codes `a` and `b` (or null) are.
template <class Args>
void visit_constants(ArgVisitor& v, const BinaryHolder<Args>& h) {
  v.array("a", std::span(h.args.a, h.args.a ? static_cast<size_t>(h.a.count()) : 0));
  v.array("b", std::span(h.args.b, h.args.b ? static_cast<size_t>(h.b.count()) : 0));
}

void visit(ArgVisitor& v, const BinaryHolder<pare_add_s8_args>& h) {
  const pare_add_s8_args& p = h.args;
  visit_walk(v, p.walk);
  v.number("rule", p.rule), v.number("sign", p.sign);
  v.number("zero_a", p.zero_a), v.number("multiplier_a", p.multiplier_a), v.number("exponent_a", p.exponent_a);
  v.number("zero_b", p.zero_b), v.number("multiplier_b", p.multiplier_b), v.number("exponent_b", p.exponent_b);
  v.number("zero_y", p.zero_y), v.number("multiplier_y", p.multiplier_y), v.number("exponent_y", p.exponent_y);
  v.number("left_shift", p.left_shift), v.number("shift", p.shift);
  v.number("lo", p.lo), v.number("hi", p.hi);
  visit_constants(v, h);
}

void visit(ArgVisitor& v, const BinaryHolder<pare_mul_s8_args>& h) {
  visit_walk(v, h.args.walk);
  v.number("zero_a", h.args.zero_a);
  v.number("zero_b", h.args.zero_b);
  visit_requantize(v, h.args.requantize);
  visit_constants(v, h);
}

Result<pare_binary_spec> spec_of(const Binary& op, const PrepareInput& input) {
  pare_binary_spec spec{};
  PARE_TRY(expect_integer_arithmetic(input.arithmetic));
  PARE_TRY(spec.a, affine_of(*input.in[0]));
  PARE_TRY(spec.b, affine_of(*input.in[1]));
  PARE_TRY(spec.y, affine_of(*input.out[0]));
  const auto limits = code_limits(op.activation, input.out[0]->encoding, input.arithmetic);
  spec.lo = limits[0];
  spec.hi = limits[1];
  return spec;
}

// Shapes and constants.
template <class Args>
Result<void> fill_operands(BinaryHolder<Args>& h, const PrepareInput& input) {
  const TensorInfo &a = *input.in[0], &b = *input.in[1];
  const auto p = narrow(a.shape), q = narrow(b.shape);
  const auto rank = [](const auto& shape) { return static_cast<int32_t>(shape.size()); };
  PARE_TRY(expect_int32_sizes(input));
  if (!pare_prepare_broadcast(&h.args.walk, rank(p), p.data(), rank(q), q.data()))
    return expect_rank_at_most(*input.out[0], 5);
  h.a = a.data;
  h.b = b.data;
  h.args.a = a.constant() ? h.a.template view<int8_t>().data() : nullptr;
  h.args.b = b.constant() ? h.b.template view<int8_t>().data() : nullptr;
  return {};
}

template <class Args>
Kernel kernel_s8(const Binary& op, const CKernel& c, const std::shared_ptr<BinaryHolder<Args>>& holder) {
  Kernel kernel = kernel_of(c, holder, [h = holder.get()](ArgVisitor& v, const Args&) { visit(v, *h); });
  kernel.name = std::string(op.kind()) + "_s8";
  return kernel;
}

Result<Kernel> prepare_sum(const Binary& op, const PrepareInput& input) {
  PARE_TRY(const pare_binary_spec spec, spec_of(op, input));
  auto holder = std::make_shared<BinaryHolder<pare_add_s8_args>>();
  PARE_TRY(fill_operands(*holder, input));
  pare_prepare_add(&holder->args, c_number(input.arithmetic), op.which == Binary::Kind::Sub ? -1 : 1, &spec);
  const Kernel reference =
      kernel_s8(op, {pare_add_s8, "pare_add_s8", "ops/binary/binary_s8", "pare_add_s8_args"}, holder);
  return fast_add_s8(holder->args, input.isa, reference).value_or(reference);
}

Result<Kernel> prepare_product(const Binary& op, const PrepareInput& input) {
  PARE_TRY(const pare_binary_spec spec, spec_of(op, input));
  auto holder = std::make_shared<BinaryHolder<pare_mul_s8_args>>();
  PARE_TRY(fill_operands(*holder, input));
  pare_prepare_mul(&holder->args, &holder->factor, c_number(input.arithmetic), &spec);
  const Kernel reference =
      kernel_s8(op, {pare_mul_s8, "pare_mul_s8", "ops/binary/binary_s8", "pare_mul_s8_args"}, holder);
  return fast_mul_s8(holder->args, input.isa, reference).value_or(reference);
}

}  // namespace

Result<Kernel> Binary::prepare(const PrepareInput& input) const {
  if (!input.out[0]->encoding.affine()) return prepare_f32(*this, input);
  switch (which) {
    case Kind::Add:
    case Kind::Sub:
      return prepare_sum(*this, input);
    case Kind::Mul:
      return prepare_product(*this, input);
    case Kind::Div:
      break;
  }
  return Error{Code::Unsupported, "", "a division of integers", "a float division", "Leave this node in float"};
}

}  // namespace pare
