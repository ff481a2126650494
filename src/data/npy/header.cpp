#include "data/npy/header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "data/text.hpp"

namespace pare {
namespace {

struct TypeRow {
  std::string_view code;  // without the byte order
  DType type;
};
constexpr TypeRow kTypes[] = {{"f2", DType::F16}, {"f4", DType::F32}, {"f8", DType::F64}, {"i1", DType::I8},
                              {"u1", DType::U8},  {"i2", DType::I16}, {"u2", DType::U16}, {"i4", DType::I32},
                              {"u4", DType::U32}, {"i8", DType::I64}, {"u8", DType::U64}, {"b1", DType::Bool}};
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr int64_t kMaxText = 1 << 16;  // NumPy's own headers take some hundred bytes

Error npy_error(Code code, const std::string& path, std::string found, std::string expected) {
  return {code, path, std::move(found), std::move(expected), ""};
}

// What stands after "'key':" in the header's Python dictionary, from its first letter on.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key) {
  const size_t at = text.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trimmed(text.substr(at + key.size() + 2));
  if (!rest.starts_with(':')) return std::nullopt;
  return trimmed(rest.substr(1));
}

Result<DType> parse_type(const std::string& path, std::string_view code) {
  for (const TypeRow& row : kTypes)
    if (row.code == code) return row.type;
  return npy_error(Code::Unsupported, path, fmt::format("elements of NumPy type '{}'", code),
                   "f2, f4, f8, i1, u1, i2, u2, i4, u4, i8, u8 or b1");
}

Result<std::string_view> descr_of(const std::string& path, std::string_view text) {
  const auto value = value_of(text, "descr");
  if (!value) return npy_error(Code::InvalidArgument, path, "a header without 'descr'", "a NumPy array");
  const size_t end = value->find('\'', 1);
  if (!value->starts_with('\'') || end == std::string_view::npos || end < 2)
    return npy_error(Code::Unsupported, path, "an array of records", "an array of numbers");
  return value->substr(1, end - 1);
}

Result<void> refuse_fortran(const std::string& path, std::string_view text) {
  const auto value = value_of(text, "fortran_order");
  if (value && value->starts_with("False")) return {};
  if (value && value->starts_with("True"))
    return Error{Code::Unsupported, path, "an array in Fortran order", "C order",
                 "Save it with numpy.ascontiguousarray(array)"};
  return npy_error(Code::InvalidArgument, path, "a header without 'fortran_order'", "a NumPy array");
}

Result<Shape> parse_shape(const std::string& path, std::string_view text) {
  const Error error = npy_error(Code::InvalidArgument, path, "a header whose 'shape' cannot be read", "a NumPy array");
  const auto value = value_of(text, "shape");
  if (!value || !value->starts_with('(') || value->find(')') == std::string_view::npos) return error;
  Shape shape;
  for (const std::string_view field : fields_of(value->substr(1, value->find(')') - 1), ',')) {
    if (trimmed(field).empty()) continue;
    const auto extent = parse_integer(trimmed(field));
    if (!extent || *extent < 0) return error;
    shape.push_back(*extent);
  }
  return shape;
}

Result<ArrayHeader> parse_text(const std::string& path, std::string_view text) {
  PARE_TRY(const std::string_view descr, descr_of(path, text));
  const bool ordered = std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
  PARE_TRY(const DType type, parse_type(path, ordered ? descr.substr(1) : descr));
  PARE_TRY(refuse_fortran(path, text));
  PARE_TRY(Shape shape, parse_shape(path, text));
  return ArrayHeader{type, std::move(shape), 0, descr[0] == '>'};
}

// Where the text begins and how long it is: 2 bytes of length in version 1, 4 in versions 2 and 3, little-endian.
struct TextPlace {
  int64_t offset, bytes;
};

Result<TextPlace> find_text(const std::string& path, ByteStream& stream) {
  unsigned char head[12] = {};
  const auto have = static_cast<size_t>(std::min<int64_t>(12, stream.extent().bytes));
  PARE_TRY(stream.read_at(0, std::as_writable_bytes(std::span(head).first(have))));
  if (!std::equal(kMagic.begin(), kMagic.end(), reinterpret_cast<const char*>(head)))
    return npy_error(Code::InvalidArgument, path, "it does not begin as NumPy arrays do", "a .npy array");
  if (head[6] < 1 || head[6] > 3)
    return npy_error(Code::Unsupported, path, fmt::format("NumPy format version {}", head[6]), "1, 2 or 3");
  const int64_t low = head[8] | head[9] << 8;
  if (head[6] == 1) return TextPlace{10, low};
  return TextPlace{12, low | static_cast<int64_t>(head[10]) << 16 | static_cast<int64_t>(head[11]) << 24};
}

}  // namespace

Result<ArrayHeader> read_npy_header(const std::string& path, ByteStream& stream) {
  PARE_TRY(const TextPlace place, find_text(path, stream));
  if (place.bytes > kMaxText)
    return npy_error(Code::InvalidArgument, path, fmt::format("a header of {} bytes", place.bytes),
                     fmt::format("at most {}", kMaxText));
  std::string text(static_cast<size_t>(place.bytes), '\0');
  PARE_TRY(stream.read_at(place.offset, std::as_writable_bytes(std::span(text))));
  PARE_TRY(ArrayHeader header, parse_text(path, text));
  header.offset = place.offset + place.bytes;
  return header;
}

}  // namespace pare
