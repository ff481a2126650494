#include "pare/tensor.hpp"

#include <cstring>
#include <new>

namespace pare {
namespace {

struct TypeRow {
  DType type;
  std::string_view name;
  int64_t bytes;
};
constexpr TypeRow kTypes[] = {
    {DType::F32, "f32", 4}, {DType::F16, "f16", 2}, {DType::BF16, "bf16", 2}, {DType::F64, "f64", 8}, {DType::I8, "i8", 1},
    {DType::U8, "u8", 1},   {DType::I16, "i16", 2}, {DType::U16, "u16", 2},   {DType::I32, "i32", 4}, {DType::U32, "u32", 4},
    {DType::I64, "i64", 8}, {DType::U64, "u64", 8}, {DType::Bool, "bool", 1}, {DType::I4, "i4", 1},
};

constexpr std::align_val_t kAlignment{64};

std::shared_ptr<std::byte[]> allocate(int64_t bytes) {
  const auto size = static_cast<size_t>(bytes > 0 ? bytes : 1);
  auto* memory = static_cast<std::byte*>(::operator new[](size, kAlignment));
  std::memset(memory, 0, size);
  return {memory, [](std::byte* p) { ::operator delete[](p, kAlignment); }};
}

}  // namespace

std::string_view name_of(DType type) { return kTypes[static_cast<size_t>(type)].name; }
int64_t bytes_of(DType type) { return kTypes[static_cast<size_t>(type)].bytes; }

int64_t count_of(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Tensor::Tensor(DType type, Shape shape) : type_(type), shape_(std::move(shape)), bytes_(allocate(byte_count())) {}

std::byte* Tensor::data_for_edit() {
  make_private();
  return bytes_.get();
}

void Tensor::make_private() {
  if (bytes_.use_count() <= 1) return;
  auto copy = allocate(byte_count());
  std::memcpy(copy.get(), bytes_.get(), static_cast<size_t>(byte_count()));
  bytes_ = std::move(copy);
}

Tensor Tensor::reshaped(Shape shape) const {
  PARE_ASSERT(count_of(shape) == count());
  Tensor t = *this;
  t.shape_ = std::move(shape);
  return t;
}

bool Tensor::operator==(const Tensor& other) const {
  return type_ == other.type_ && shape_ == other.shape_ && empty() == other.empty() &&
         (empty() || std::memcmp(data(), other.data(), static_cast<size_t>(byte_count())) == 0);
}

}  // namespace pare
