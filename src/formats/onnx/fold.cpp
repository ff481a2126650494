// What all folding shares: the table, storage within limits, conversions, and one strided gather, of which transpose,
// slice, expand and broadcasting are cases.
#include "formats/onnx/fold.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace pare::onnx {
namespace {

constexpr int64_t kMostFoldedBytes = int64_t{1} << 28;

// Calls f(a value of the C++ type that stores `type`).
template <class F>
auto with_type(DType type, F f) {
  switch (type) {
    case DType::F32:
      return f(float{});
    case DType::I8:
    case DType::I4:
      return f(int8_t{});
    case DType::U8:
    case DType::Bool:
      return f(uint8_t{});
    case DType::I16:
      return f(int16_t{});
    case DType::U16:
      return f(uint16_t{});
    case DType::I32:
      return f(int32_t{});
    case DType::U32:
      return f(uint32_t{});
    case DType::U64:
      return f(uint64_t{});
    default:
      return f(int64_t{});
  }
}

int64_t integer_of(double x) {
  if (std::isnan(x)) return 0;
  constexpr double limit = 9223372036854775808.0;
  return x >= limit ? INT64_MAX : x < -limit ? INT64_MIN : static_cast<int64_t>(x);
}

}  // namespace

const Row* find_fold(std::string_view type) {
  for (const auto rows : {fold_make_rows(), fold_move_rows(), fold_math_rows()})
    for (const Row& row : rows)
      if (row.type == type) return &row;
  return nullptr;
}

Result<Tensor> room_for(DType type, const Shape& shape) {
  PARE_TRY(const int64_t count, checked_count(shape));
  if (count <= kMostFoldedBytes / bytes_of(type)) return Tensor(type, shape);
  return unsupported(fmt::format("a constant of shape {}", to_string(shape)),
                     fmt::format("at most {} bytes", kMostFoldedBytes));
}

Result<Tensor> gather_strided(const Tensor& x, const Shape& shape, const std::vector<int64_t>& stride, int64_t base) {
  PARE_TRY(Tensor y, room_for(x.type(), shape));
  const auto bytes = static_cast<size_t>(bytes_of(x.type()));
  std::byte* to = y.data_for_edit();
  std::vector<int64_t> index(shape.size(), 0);
  int64_t from = base;
  for (int64_t i = y.count(); i > 0; --i, to += bytes) {
    std::memcpy(to, x.data() + static_cast<size_t>(from) * bytes, bytes);
    for (size_t k = shape.size(); k-- > 0;) {
      from += stride[k];
      if (++index[k] < shape[k]) break;
      from -= stride[k] * shape[k];
      index[k] = 0;
    }
  }
  return y;
}

namespace {

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> stride(shape.size(), 1);
  for (size_t k = shape.size(); k-- > 1;) stride[k - 1] = stride[k] * shape[k];
  return stride;
}

}  // namespace

Result<Tensor> transposed(const Tensor& x, const std::vector<int64_t>& perm) {
  const std::vector<int64_t> full = strides_of(x.shape());
  std::vector<int64_t> stride;
  for (const int64_t axis : perm) stride.push_back(full[static_cast<size_t>(axis)]);
  return gather_strided(x, permuted(x.shape(), perm), stride);
}

Result<Tensor> cut(const Tensor& x, const Cut& cut) {
  const std::vector<int64_t> full = strides_of(x.shape());
  std::vector<int64_t> stride = full;
  int64_t base = 0;
  for (size_t k = 0; k < full.size(); ++k) {
    stride[k] = full[k] * cut.step[k];
    if (cut.size[k] > 0) base += full[k] * cut.begin[k];
  }
  return gather_strided(x, cut.size, stride, base);
}

Result<Tensor> broadcast_to(const Tensor& x, const Shape& shape) {
  const std::vector<int64_t> full = strides_of(x.shape());
  std::vector<int64_t> stride(shape.size(), 0);
  const size_t lead = shape.size() - full.size();
  for (size_t k = 0; k < full.size(); ++k) stride[lead + k] = x.shape()[k] == 1 ? 0 : full[k];
  return gather_strided(x, shape, stride);
}

Result<Shape> common_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()), 1);
  for (size_t k = 0; k < shape.size(); ++k) {
    const int64_t left = k < a.size() ? a[a.size() - 1 - k] : 1, right = k < b.size() ? b[b.size() - 1 - k] : 1;
    if (left != right && left != 1 && right != 1)
      return invalid(fmt::format("shapes {} and {}", to_string(a), to_string(b)), "shapes that broadcast");
    shape[shape.size() - 1 - k] = left == 1 ? right : left;
  }
  PARE_TRY(checked_count(shape));
  return shape;
}

std::vector<int64_t> integers_of(const Tensor& t) {
  std::vector<int64_t> values;
  values.reserve(static_cast<size_t>(t.count()));
  with_type(t.type(), [&]<class T>(T) {
    for (const T x : t.view<T>()) {
      if constexpr (std::is_floating_point_v<T>)
        values.push_back(integer_of(x));
      else
        values.push_back(static_cast<int64_t>(x));
    }
  });
  return values;
}

std::vector<double> reals_of(const Tensor& t) {
  std::vector<double> values;
  values.reserve(static_cast<size_t>(t.count()));
  with_type(t.type(), [&]<class T>(T) {
    for (const T x : t.view<T>()) values.push_back(static_cast<double>(x));
  });
  return values;
}

Result<Tensor> tensor_of(DType type, const Shape& shape, const std::vector<int64_t>& values) {
  PARE_TRY(Tensor t, room_for(type, shape));
  with_type(type, [&]<class T>(T) {
    const auto out = t.edit<T>();
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = type == DType::Bool ? T(values[i] != 0) : static_cast<T>(values[i]);
  });
  return t;
}

Result<Tensor> tensor_of(DType type, const Shape& shape, const std::vector<double>& values) {
  PARE_TRY(Tensor t, room_for(type, shape));
  with_type(type, [&]<class T>(T) {
    const auto out = t.edit<T>();
    for (size_t i = 0; i < out.size(); ++i) {
      if constexpr (std::is_floating_point_v<T>)
        out[i] = static_cast<T>(values[i]);
      else
        out[i] = type == DType::Bool ? T(values[i] != 0) : static_cast<T>(integer_of(values[i]));
    }
  });
  return t;
}

Result<Tensor> cast(const Tensor& t, DType type) {
  if (t.type() == type) return t;
  if (is_real(t.type()) || is_real(type)) return tensor_of(type, t.shape(), reals_of(t));
  return tensor_of(type, t.shape(), integers_of(t));
}

}  // namespace pare::onnx
