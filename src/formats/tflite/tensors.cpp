#include "formats/tflite/tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace pare::tflite {
namespace {

constexpr size_t kMaxRank = 8;

Error invalid(std::string found, std::string expected = "") {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

Error unsupported(std::string found, std::string expected = "") {
  return {Code::Unsupported, "", std::move(found), std::move(expected), ""};
}

// Numbers of a verified vector; the format aligns vectors of 64-bit numbers to 4 bytes only, so they are copied.
std::vector<int64_t> numbers_of(const flatbuffers::Vector<int64_t>* list) {
  std::vector<int64_t> numbers(size_of(list));
  if (!numbers.empty()) std::memcpy(numbers.data(), list->Data(), numbers.size() * sizeof(int64_t));
  return numbers;
}

bool has_codes(DType type) {
  return type == DType::I8 || type == DType::U8 || type == DType::I16 || type == DType::I32;
}

Result<void> check_kind(const fb::Tensor& table) {
  if (table.is_variable()) return unsupported("it is a variable, whose value lasts from one run to the next");
  if (table.sparsity()) return unsupported("its elements are stored sparsely", "a dense tensor");
  return {};
}

// One zero point for each scale: as stored, one for all, or none, which is zero.
Result<std::vector<int32_t>> zero_points(const std::vector<int64_t>& stored, size_t scales) {
  if (stored.size() > 1 && stored.size() != scales)
    return invalid(fmt::format("{} zero points", stored.size()), fmt::format("{}, one a scale", scales));
  std::vector<int32_t> zeros;
  for (size_t i = 0; i < scales; ++i) {
    const int64_t zero = stored.empty() ? 0 : stored[stored.size() == 1 ? 0 : i];
    if (zero != static_cast<int32_t>(zero)) return invalid(fmt::format("zero point {}", zero), "a 32-bit number");
    zeros.push_back(static_cast<int32_t>(zero));
  }
  return zeros;
}

// A bool in memory is 0 or 1; a file may hold any byte.
void make_truth_values(Tensor& t) {
  std::byte* bytes = t.data_for_edit();
  std::transform(bytes, bytes + t.byte_count(), bytes, [](std::byte b) { return std::byte{b != std::byte{0}}; });
}

}  // namespace

Result<void> check_extents(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 1) return invalid("shape " + to_string(shape), "extents of at least 1");
    if (extent > kMaxElements / count) return invalid("shape " + to_string(shape), "at most 2^31 elements");
    count *= extent;
  }
  return {};
}

Result<TensorInfo> TensorReader::read(size_t index) {
  const fb::Tensor& table = *source_.graph().tensors()->Get(static_cast<flatbuffers::uoffset_t>(index));
  std::string name = text_of(table.name());
  if (name.empty()) name = fmt::format("tensor:{}", index);
  const std::string place = fmt::format("tensor '{}'", name);
  auto info = read_parts(table, std::move(name));
  if (!info) return info.error().at(place);
  return info;
}

Result<TensorInfo> TensorReader::read_parts(const fb::Tensor& table, std::string name) {
  PARE_TRY(source_.allowance().spend(static_cast<int64_t>(name.size())));
  PARE_TRY(check_kind(table));
  const std::optional<DType> type = dtype_of(table.type());
  if (!type) return unsupported("elements of type " + name_of(table.type()));
  TensorInfo info{.name = std::move(name), .shape = {}, .axes = "", .encoding = {}, .data = {}};
  PARE_TRY(info.shape, read_shape(table));
  PARE_TRY(info.encoding, read_encoding(table.quantization(), *type));
  PARE_TRY(info.data, read_data(table, *type, info.shape));
  return info;
}

Result<Shape> TensorReader::read_shape(const fb::Tensor& table) {
  if (size_of(table.shape()) > kMaxRank)
    return unsupported(fmt::format("rank {}", table.shape()->size()), fmt::format("at most {}", kMaxRank));
  Shape shape;
  for (size_t i = 0; i < size_of(table.shape()); ++i)
    shape.push_back(table.shape()->Get(static_cast<flatbuffers::uoffset_t>(i)));
  // An empty list as a constant, such as the shape of a scalar, is an operand that becomes a field.
  if (shape == Shape{0}) return shape;
  PARE_TRY(check_extents(shape));
  return shape;
}

Result<Encoding> TensorReader::read_encoding(const fb::QuantizationParameters* table, DType type) {
  if (!table || !has_codes(type)) return Encoding::plain(type);
  if (table->details_type() != 0) return unsupported("a quantization scheme other than scale and zero point");
  const size_t scales = size_of(table->scale());
  if (scales == 0) return Encoding::plain(type);
  PARE_TRY(source_.allowance().spend(static_cast<int64_t>(scales * (sizeof(float) + sizeof(int64_t)))));
  Encoding e = Encoding::plain(type);
  e.grain = scales > 1 ? Grain::Channel : Grain::Tensor;
  e.axis = scales > 1 ? table->quantized_dimension() : 0;
  e.scale.assign(table->scale()->begin(), table->scale()->end());
  PARE_TRY(e.zero_point, zero_points(numbers_of(table->zero_point()), scales));
  e.symmetric = std::all_of(e.zero_point.begin(), e.zero_point.end(), [](int32_t zero) { return zero == 0; });
  return e;
}

Result<Tensor> TensorReader::read_data(const fb::Tensor& table, DType type, const Shape& shape) {
  PARE_TRY(const std::span<const uint8_t> bytes, source_.buffer(table.buffer()));
  if (bytes.empty()) return Tensor{};
  if (static_cast<int64_t>(bytes.size()) != count_of(shape) * bytes_of(type))
    return invalid(fmt::format("{} bytes of data at byte {}", bytes.size(), source_.offset_of(bytes.data())),
                   fmt::format("{} for {} elements of {}", count_of(shape) * bytes_of(type), to_string(shape), name_of(type)));
  Tensor& shared = seen_[{bytes.data(), type}];
  if (!shared.empty() && shared.count() == count_of(shape)) return shared.reshaped(shape);
  PARE_TRY(source_.allowance().spend(static_cast<int64_t>(bytes.size())));
  shared = Tensor(type, shape);
  std::memcpy(shared.data_for_edit(), bytes.data(), bytes.size());
  if (type == DType::Bool) make_truth_values(shared);
  return shared;
}

std::unique_ptr<fb::QuantizationParametersT> quantization_of(const Encoding& encoding) {
  if (!encoding.affine()) return nullptr;
  auto table = std::make_unique<fb::QuantizationParametersT>();
  table->scale = encoding.scale;
  table->zero_point.assign(encoding.zero_point.begin(), encoding.zero_point.end());
  table->quantized_dimension = static_cast<int32_t>(encoding.grain == Grain::Channel ? encoding.axis : 0);
  return table;
}

namespace {

float widened(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  float size = std::ldexp(static_cast<float>(fraction + (exponent ? 1024 : 0)), (exponent ? exponent : 1) - 25);
  if (exponent == 31)
    size = fraction ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  return half & 0x8000 ? -size : size;
}

}  // namespace

Tensor widened(const Tensor& half) {
  Tensor reals(DType::F32, half.shape());
  const auto from = half.view<uint16_t>();
  auto to = reals.edit<float>();
  for (size_t i = 0; i < to.size(); ++i) to[i] = widened(from[i]);
  return reals;
}

}  // namespace pare::tflite
