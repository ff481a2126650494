// Stored elements to held ones. Nothing is allocated before the size that is claimed has been compared with the bytes.
#include "formats/onnx/tensor_message.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <span>

#include "base/files.hpp"
#include "formats/onnx/shapes.hpp"
#include "numerics/half.hpp"

namespace pare::onnx {
namespace {

namespace fs = std::filesystem;

// How ONNX's types lie in a file and how they are held. Two elements of 4 bits share a byte, the first in its low half.
struct TypeRow {
  int32_t code;
  DType stored, held;
};
constexpr TypeRow kTypes[] = {
    {1, DType::F32, DType::F32},   {2, DType::U8, DType::U8},     {3, DType::I8, DType::I8},
    {4, DType::U16, DType::U16},   {5, DType::I16, DType::I16},   {6, DType::I32, DType::I32},
    {7, DType::I64, DType::I64},   {9, DType::Bool, DType::Bool}, {10, DType::F16, DType::F32},
    {11, DType::F64, DType::F32},  {12, DType::U32, DType::U32},  {13, DType::U64, DType::U64},
    {16, DType::BF16, DType::F32}, {21, DType::I4, DType::U8},    {22, DType::I4, DType::I4},
};

Result<TypeRow> row_of(int32_t code) {
  for (const TypeRow& row : kTypes)
    if (row.code == code) return row;
  return Error{Code::Unsupported, "", fmt::format("elements of ONNX type {}", code),
               "reals of 16 to 64 bits, integers or bool", ""};
}

int64_t stored_bytes(const TypeRow& row, int64_t count) {
  return row.stored == DType::I4 ? (count + 1) / 2 : count * bytes_of(row.stored);
}

// out[i] = f(element i of the stored bytes)
template <class Stored, class Held, class F>
void convert(const std::byte* from, Tensor& to, F f) {
  for (Held& out : to.edit<Held>()) {
    Stored element;
    std::memcpy(&element, from, sizeof element);
    out = f(element);
    from += sizeof element;
  }
}

void unpack_nibbles(const std::byte* from, Tensor& to) {
  const bool is_signed = to.type() == DType::I4;
  const auto out = to.edit<uint8_t>();
  for (size_t i = 0; i < out.size(); ++i) {
    const unsigned nibble = std::to_integer<unsigned>(from[i / 2]) >> (i % 2 * 4) & 15;
    out[i] = static_cast<uint8_t>(is_signed && nibble > 7 ? nibble + 240 : nibble);
  }
}

// The tensor whose stored bytes are `from`, of which there are enough.
Tensor decode(const TypeRow& row, Shape shape, const std::byte* from) {
  Tensor t(row.held, std::move(shape));
  if (row.stored == DType::F16)
    convert<uint16_t, float>(from, t, real_of_half);
  else if (row.stored == DType::BF16)
    convert<uint16_t, float>(from, t, real_of_bfloat16);
  else if (row.stored == DType::F64)
    convert<double, float>(from, t, [](double x) { return static_cast<float>(x); });
  else if (row.stored == DType::Bool)
    convert<uint8_t, uint8_t>(from, t, [](uint8_t x) { return uint8_t{x != 0}; });
  else if (row.stored == DType::I4)
    unpack_nibbles(from, t);
  else if (t.byte_count() > 0)
    std::memcpy(t.data_for_edit(), from, static_cast<size_t>(t.byte_count()));
  return t;
}

Error size_error(std::string_view unit, int64_t found, int64_t expected, const Shape& shape) {
  return {Code::InvalidModel, "", fmt::format("{} {}", found, unit),
          fmt::format("{} for the shape {}", expected, to_string(shape)), ""};
}

Result<Tensor> from_bytes(const TypeRow& row, const Shape& shape, std::span<const std::byte> bytes) {
  const int64_t expected = stored_bytes(row, count_of(shape));
  if (static_cast<int64_t>(bytes.size()) != expected)
    return size_error("bytes of data", static_cast<int64_t>(bytes.size()), expected, shape);
  return decode(row, shape, bytes.data());
}

// Typed fields hold narrow elements in wide numbers: they are narrowed to the stored form first.
template <class Stored, class List>
Result<Tensor> from_list(const TypeRow& row, const Shape& shape, const List& list) {
  const int64_t expected = row.stored == DType::I4 ? stored_bytes(row, count_of(shape)) : count_of(shape);
  if (list.size() != expected) return size_error("elements", list.size(), expected, shape);
  std::vector<std::byte> bytes(static_cast<size_t>(list.size()) * sizeof(Stored));
  for (int i = 0; i < list.size(); ++i) {
    const auto element = static_cast<Stored>(list.Get(i));
    std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof element, &element, sizeof element);
  }
  return decode(row, shape, bytes.data());
}

Result<Tensor> from_fields(const TypeRow& row, const Shape& shape, const ::onnx::TensorProto& m) {
  switch (row.stored) {
    case DType::F32:
      return from_list<float>(row, shape, m.float_data());
    case DType::F64:
      return from_list<double>(row, shape, m.double_data());
    case DType::I64:
      return from_list<int64_t>(row, shape, m.int64_data());
    case DType::U64:
      return from_list<uint64_t>(row, shape, m.uint64_data());
    case DType::U32:
      return from_list<uint32_t>(row, shape, m.uint64_data());
    case DType::I32:
      return from_list<int32_t>(row, shape, m.int32_data());
    default:
      return bytes_of(row.stored) == 2 ? from_list<uint16_t>(row, shape, m.int32_data())
                                       : from_list<uint8_t>(row, shape, m.int32_data());
  }
}

std::string entry(const ::onnx::TensorProto& m, const std::string& key) {
  for (const auto& pair : m.external_data())
    if (pair.key() == key) return pair.value();
  return "";
}

Result<int64_t> number_entry(const ::onnx::TensorProto& m, const std::string& key, int64_t fallback) {
  const std::string text = entry(m, key);
  if (text.empty()) return fallback;
  int64_t value = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  return Error{Code::InvalidModel, "", fmt::format("{} = '{}' of external data", key, text),
               "a byte count of at least 0", ""};
}

Result<Tensor> from_side_file(const TypeRow& row, const Shape& shape, const ::onnx::TensorProto& m, SideFiles& files) {
  const std::string location = entry(m, "location");
  PARE_TRY(const std::span<const std::byte> bytes, files.read(location));
  const auto size = static_cast<int64_t>(bytes.size());
  PARE_TRY(const int64_t offset, number_entry(m, "offset", 0));
  if (offset > size)
    return Error{Code::InvalidModel, "", fmt::format("offset {} in '{}'", offset, location),
                 fmt::format("at most {}", size), ""};
  PARE_TRY(const int64_t length, number_entry(m, "length", size - offset));
  if (length > size - offset)
    return Error{Code::InvalidModel, "", fmt::format("{} bytes at offset {} in '{}'", length, offset, location),
                 fmt::format("an end within the file's {} bytes", size), ""};
  return from_bytes(row, shape, bytes.subspan(static_cast<size_t>(offset), static_cast<size_t>(length)));
}

bool inside(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

Result<std::span<const std::byte>> SideFiles::read(const std::string& location) {
  const auto known = files_.find(location);
  if (known != files_.end()) return std::span<const std::byte>(known->second);
  std::error_code code;
  const fs::path folder = fs::weakly_canonical(folder_.empty() ? "." : folder_, code);
  const fs::path file = fs::weakly_canonical(folder / location, code);
  const bool local = !location.empty() && location.find('\0') == std::string::npos && fs::path(location).is_relative();
  if (!local || code || !inside(file, folder))
    return Error{Code::InvalidModel, "", fmt::format("external data in '{}'", location), "a file in the model's folder",
                 ""};
  if (!fs::is_regular_file(file, code))
    return Error{Code::Io, "", fmt::format("external data in '{}', which is not there", location),
                 "a file beside the model", ""};
  PARE_TRY(std::vector<std::byte> bytes, read_file(file.string()));
  return std::span<const std::byte>(files_[location] = std::move(bytes));
}

Result<DType> held_type(int32_t code) {
  PARE_TRY(const TypeRow row, row_of(code));
  return row.held;
}

int32_t code_of(DType type) {
  if (type == DType::I4) return 22;
  for (const TypeRow& row : kTypes)
    if (row.stored == type && row.held == type) return row.code;
  return 0;
}

Result<Tensor> tensor_of(const ::onnx::TensorProto& message, SideFiles& files) {
  const std::string place = fmt::format("tensor '{}'", message.name());
  const Shape shape(message.dims().begin(), message.dims().end());
  const auto read = [&]() -> Result<Tensor> {
    PARE_TRY(const TypeRow row, row_of(message.data_type()));
    PARE_TRY(checked_count(shape));
    if (message.has_data_location() && message.data_location() == ::onnx::TensorProto::EXTERNAL)
      return from_side_file(row, shape, message, files);
    if (!message.has_raw_data()) return from_fields(row, shape, message);
    return from_bytes(row, shape, std::as_bytes(std::span(message.raw_data())));
  };
  Result<Tensor> tensor = read();
  return tensor ? tensor : tensor.error().at(place);
}

void write_tensor(const Tensor& tensor, const std::string& name, ::onnx::TensorProto& message) {
  message.set_name(name);
  message.set_data_type(code_of(tensor.type()));
  for (const int64_t extent : tensor.shape()) message.add_dims(extent);
  if (tensor.type() != DType::I4) {
    message.set_raw_data(tensor.data(), static_cast<size_t>(tensor.byte_count()));
    return;
  }
  const auto codes = tensor.view<uint8_t>();
  std::string packed((codes.size() + 1) / 2, '\0');
  for (size_t i = 0; i < codes.size(); ++i)
    packed[i / 2] = static_cast<char>(static_cast<unsigned char>(packed[i / 2]) | (codes[i] & 15) << (i % 2 * 4));
  message.set_raw_data(packed);
}

}  // namespace pare::onnx
