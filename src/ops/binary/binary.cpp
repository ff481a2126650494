#include "ops/binary/binary.hpp"

#include <algorithm>

#include "ops/binary/binary_f32.hpp"
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
      return Error{Code::InvalidModel, "", "shapes " + to_string(a) + " and " + to_string(b), "shapes that broadcast", ""};
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
    if (!axes.empty() && axes.back().joins(axis)) axes.back() = {axes.back().extent * axis.extent, axis.a, axis.b};
    else axes.push_back(axis);
  }
  if (axes.empty()) axes.push_back({1, 0, 0});
  return axes;
}

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
  return Kernel{.run = row_of(op.which).kernel_f32,
                .args = as_args(holder),
                .name = std::string(op.kind()) + "_f32",
                .c = {}};
}

}  // namespace

Result<Kernel> Binary::prepare(const PrepareInput& input) const {
  return prepare_f32(*this, input);
}

}  // namespace pare
