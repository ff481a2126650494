#include "ops/move/move.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "ops/operands.hpp"

namespace pare {

extern const OpFamily move_op;
const OpFamily move_op{"move", {Reshape::kKind, Transpose::kKind, Pad::kKind, Slice::kKind, Concat::kKind}};

void Pad::fields(FieldVisitor& v) {
  v.field("before", before);
  v.field("after", after);
  v.field("value", value);
}

void Slice::fields(FieldVisitor& v) {
  v.field("begin", begin);
  v.field("size", size);
  v.field("step", step);
}

namespace {

Result<std::vector<TensorType>> same_type(const TensorInfo& x, Shape shape) {
  return std::vector<TensorType>{{std::move(shape), x.encoding.type}};
}

// One number an axis of x.
Result<void> expect_per_axis(const TensorInfo& x, const std::vector<int64_t>& list, const char* name) {
  if (list.size() == x.shape.size()) return {};
  return Error{Code::InvalidModel, "", fmt::format("{} {} for a shape of {}", name, to_string(list), to_string(x.shape)),
               "one number an axis", ""};
}

Error wrong_shape(const TensorInfo& x, const Shape& shape) {
  return {Code::InvalidModel, "", fmt::format("shape {} for the {} elements of '{}'", to_string(shape), count_of(x.shape), x.name),
          "an equal count, with at most one -1", ""};
}

}  // namespace

Result<std::vector<TensorType>> Reshape::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  Shape y = shape;
  const auto open = std::find(y.begin(), y.end(), -1);
  if (open != y.end()) *open = 1;
  int64_t rest = count_of(in[0]->shape);
  for (const int64_t extent : y) {
    if (extent < 1 || rest % extent != 0) return wrong_shape(*in[0], shape);
    rest /= extent;
  }
  if (open != y.end()) *open = rest;
  else if (rest != 1) return wrong_shape(*in[0], shape);
  return same_type(*in[0], std::move(y));
}

Result<std::vector<TensorType>> Transpose::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_per_axis(*in[0], perm, "perm"));
  Shape y;
  for (size_t k = 0; k < perm.size(); ++k) {
    if (std::find(perm.begin(), perm.end(), static_cast<int64_t>(k)) == perm.end())
      return Error{Code::InvalidModel, "", "perm " + to_string(perm), "each axis once", ""};
    y.push_back(in[0]->shape[static_cast<size_t>(perm[k])]);
  }
  return same_type(*in[0], std::move(y));
}

Result<std::vector<TensorType>> Pad::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_per_axis(*in[0], before, "before"));
  PARE_TRY(expect_per_axis(*in[0], after, "after"));
  Shape y = in[0]->shape;
  for (size_t i = 0; i < y.size(); ++i) {
    if (before[i] < 0 || after[i] < 0 || std::max(before[i], after[i]) > INT32_MAX)
      return Error{Code::InvalidModel, "", "padding " + to_string(before) + " and " + to_string(after), "0 to 2147483647 each", ""};
    y[i] += before[i] + after[i];
  }
  return same_type(*in[0], std::move(y));
}

namespace {

// Are `size` places from `begin` by `step` inside [0, extent)?
bool inside(int64_t begin, int64_t size, int64_t step, int64_t extent) {
  if (begin < 0 || begin >= extent || size < 1 || size > extent || step == 0) return false;
  if (size == 1) return true;
  if (std::abs(step) >= extent) return false;
  const int64_t last = begin + (size - 1) * step;
  return last >= 0 && last < extent;
}

}  // namespace

Result<std::vector<TensorType>> Slice::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, 1));
  PARE_TRY(expect_per_axis(*in[0], begin, "begin"));
  PARE_TRY(expect_per_axis(*in[0], size, "size"));
  PARE_TRY(expect_per_axis(*in[0], step, "step"));
  for (size_t i = 0; i < size.size(); ++i) {
    const int64_t extent = in[0]->shape[i];
    if (!inside(begin[i], size[i], step[i], extent))
      return Error{Code::InvalidModel, "", fmt::format("{} elements from {} by {} on axis {}", size[i], begin[i], step[i], i),
                   fmt::format("a range inside 0 to {}", extent - 1), ""};
  }
  return same_type(*in[0], size);
}

namespace {

// Equal but for axis `axis`?
bool joins(const Shape& a, Shape b, size_t axis) {
  if (a.size() != b.size()) return false;
  b[axis] = a[axis];
  return a == b;
}

}  // namespace

Result<std::vector<TensorType>> Concat::infer(const Operands& in) const {
  PARE_TRY(expect_operands(in, 1, in.size()));
  PARE_TRY(expect_operands(in, in.size(), in.size()));
  PARE_TRY(expect_axis(*in[0], axis));
  const auto along = static_cast<size_t>(axis);
  Shape y = in[0]->shape;
  y[along] = 0;
  for (const TensorInfo* x : in) {
    if (!joins(in[0]->shape, x->shape, along))
      return Error{Code::InvalidModel, "", fmt::format("'{}' has shape {}", x->name, to_string(x->shape)),
                   fmt::format("{} but for axis {}", to_string(in[0]->shape), axis), ""};
    y[along] += x->shape[along];
  }
  return same_type(*in[0], std::move(y));
}

}  // namespace pare
