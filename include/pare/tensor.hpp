// Tensor: an array of one element type, as a value. Copies share their bytes until one of them is edited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// The type of a stored element.
enum class DType : std::uint8_t { F32, F16, BF16, F64, I8, U8, I16, U16, I32, U32, I64, U64, Bool, I4 };

/// "f32", "i8", ...: the same words as in the Encoding grammar.
std::string_view name_of(DType type);
/// Bytes that one element takes in a Tensor (sub-byte types are unpacked to one byte in memory).
int64_t bytes_of(DType type);

/// Extents, outermost first. A scalar has rank 0.
using Shape = std::vector<int64_t>;

/// Product of the extents; 1 for a scalar.
int64_t count_of(const Shape& shape);
/// "[1, 32, 32, 3]".
std::string to_string(const Shape& shape);

template <class T>
inline constexpr DType kDTypeOf = DType::F32;
template <>
inline constexpr DType kDTypeOf<double> = DType::F64;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::I8;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::U8;
template <>
inline constexpr DType kDTypeOf<int16_t> = DType::I16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::I32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::I64;
template <>
inline constexpr DType kDTypeOf<bool> = DType::Bool;

/// A dense row-major array. 64-byte aligned. An empty Tensor (default) holds nothing.
class Tensor {
 public:
  Tensor() = default;
  /// Zero-filled.
  Tensor(DType type, Shape shape);
  /// A copy of `values`, whose number must be the shape's count.
  template <class T>
  static Tensor of(Shape shape, const std::vector<T>& values) {
    Tensor t(kDTypeOf<T>, std::move(shape));
    PARE_ASSERT(t.count() == static_cast<int64_t>(values.size()));
    std::span<T> out = t.edit<T>();
    for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
    return t;
  }

  bool empty() const { return bytes_ == nullptr; }
  DType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  int64_t count() const { return count_of(shape_); }
  int64_t byte_count() const { return count() * bytes_of(type_); }

  /// The elements. T's size must be the element's size.
  template <class T>
  std::span<const T> view() const {
    PARE_ASSERT(sizeof(T) == static_cast<size_t>(bytes_of(type_)));
    return {reinterpret_cast<const T*>(bytes_.get()), static_cast<size_t>(count())};
  }
  /// The elements for writing; takes a private copy first if the bytes are shared.
  template <class T>
  std::span<T> edit() {
    PARE_ASSERT(sizeof(T) == static_cast<size_t>(bytes_of(type_)));
    make_private();
    return {reinterpret_cast<T*>(bytes_.get()), static_cast<size_t>(count())};
  }
  const std::byte* data() const { return bytes_.get(); }
  std::byte* data_for_edit();
  /// The same bytes under another shape of equal count.
  Tensor reshaped(Shape shape) const;
  /// Equal type, shape and bytes.
  bool operator==(const Tensor& other) const;

 private:
  void make_private();
  DType type_ = DType::F32;
  Shape shape_;
  std::shared_ptr<std::byte[]> bytes_;
};

}  // namespace pare
