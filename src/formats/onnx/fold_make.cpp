// Folding of what makes constants: from attributes, shapes and bounds.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/fold.hpp"
#include "formats/onnx/tensor_message.hpp"

namespace pare::onnx {
namespace {

// The constant that a Constant's attribute holds.
Result<Tensor> tensor_of_attribute(const Attribute& a) {
  switch (a.kind) {
    case Attribute::Kind::Tensor:
      return a.tensor;
    case Attribute::Kind::Int:
      return Tensor::of<int64_t>({}, {a.i});
    case Attribute::Kind::Float:
      return Tensor::of<float>({}, {a.f});
    case Attribute::Kind::Ints:
      return Tensor::of<int64_t>({static_cast<int64_t>(a.ints.size())}, a.ints);
    case Attribute::Kind::Floats:
      return Tensor::of<float>({static_cast<int64_t>(a.floats.size())}, a.floats);
    default:
      return unsupported("a constant that is no tensor of numbers");
  }
}

Result<void> fold_constant(Call& call) {
  for (const char* name : {"value", "value_int", "value_ints", "value_float", "value_floats"}) {
    const Attribute* a = find_attribute(call.node(), name);
    if (!a) continue;
    PARE_TRY(Tensor t, tensor_of_attribute(*a));
    return call.bind(std::move(t));
  }
  return unsupported("a constant that is no tensor of numbers");
}

Result<void> fold_constant_of_shape(Call& call) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const std::vector<int64_t> shape, call.integers(0));
  const Attribute* a = find_attribute(call.node(), "value");
  const Tensor value = a && a->kind == Attribute::Kind::Tensor ? a->tensor : Tensor(DType::F32, {1});
  if (value.count() != 1) return invalid(fmt::format("a value of {} elements", value.count()), "1");
  PARE_TRY(Tensor t, broadcast_to(value.reshaped({}), shape));
  return call.bind(std::move(t));
}

// start + i * step; integers wrap.
double element(double start, double step, size_t i) { return start + static_cast<double>(i) * step; }
int64_t element(int64_t start, int64_t step, size_t i) {
  return static_cast<int64_t>(static_cast<uint64_t>(start) + uint64_t{i} * static_cast<uint64_t>(step));
}

template <class T>
Result<void> fill_range(Call& call, DType type, const std::vector<T>& bounds) {
  const double count =
      std::ceil((static_cast<double>(bounds[1]) - static_cast<double>(bounds[0])) / static_cast<double>(bounds[2]));
  if (!(std::fabs(count) < 1e9)) return invalid("a range without end", "a step other than 0");
  const Shape shape{count > 0 ? static_cast<int64_t>(count) : 0};
  PARE_TRY(room_for(DType::I64, shape));
  std::vector<T> values(static_cast<size_t>(shape[0]));
  for (size_t i = 0; i < values.size(); ++i) values[i] = element(bounds[0], bounds[2], i);
  PARE_TRY(Tensor t, tensor_of(type, shape, values));
  return call.bind(std::move(t));
}

Result<void> fold_range(Call& call) {
  PARE_TRY(call.expect(3));
  std::vector<int64_t> integers;
  std::vector<double> reals;
  for (size_t i = 0; i < 3; ++i) {
    PARE_TRY(const Tensor t, call.numbers(i));
    if (t.count() != 1) return invalid(fmt::format("a bound of {} elements", t.count()), "1");
    integers.push_back(integers_of(t)[0]);
    reals.push_back(reals_of(t)[0]);
  }
  const DType type = call.encoding(0).type;
  return is_real(type) ? fill_range(call, type, reals) : fill_range(call, type, integers);
}

constexpr Row kRows[] = {
    {"Constant", fold_constant},
    {"ConstantOfShape", fold_constant_of_shape},
    {"Range", fold_range},
};

}  // namespace

std::span<const Row> fold_make_rows() { return kRows; }

}  // namespace pare::onnx
