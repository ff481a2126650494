// idx, the format of the MNIST family (http://yann.lecun.com/exdb/mnist): two zero bytes, a type, the rank, one
// big-endian 32-bit extent an axis, then the elements, big-endian. Plain or gzip.
#include <fmt/format.h>

#include "data/array_source.hpp"
#include "data/idx/gzip.hpp"

namespace pare {
namespace {

struct TypeRow {
  int code;
  DType type;
};
constexpr TypeRow kTypes[] = {{0x08, DType::U8},  {0x09, DType::I8},  {0x0B, DType::I16},
                              {0x0C, DType::I32}, {0x0D, DType::F32}, {0x0E, DType::F64}};
constexpr int kMaxRank = 9;
constexpr int64_t kMagicBytes = 4;

Error idx_error(const std::string& path, std::string found, std::string expected) {
  return {Code::InvalidArgument, path, std::move(found), std::move(expected), ""};
}

Result<DType> type_of(const std::string& path, int code) {
  for (const TypeRow& row : kTypes)
    if (row.code == code) return row.type;
  return idx_error(path, fmt::format("idx type 0x{:02x}", code), "0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e");
}

int64_t big_endian32(const std::byte* at) {
  int64_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<int64_t>(at[i]);
  return value;
}

Result<Shape> read_extents(ByteStream& stream, int rank) {
  std::vector<std::byte> bytes(static_cast<size_t>(rank) * 4);
  PARE_TRY(stream.read_at(kMagicBytes, bytes));
  Shape shape;
  for (int axis = 0; axis < rank; ++axis) shape.push_back(big_endian32(bytes.data() + 4 * axis));
  return shape;
}

Result<ArrayHeader> read_header(const std::string& path, ByteStream& stream) {
  std::byte magic[kMagicBytes];
  PARE_TRY(stream.read_at(0, magic));
  const int rank = std::to_integer<int>(magic[3]);
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0})
    return idx_error(
        path,
        fmt::format("it begins with {:02x} {:02x}", std::to_integer<int>(magic[0]), std::to_integer<int>(magic[1])),
        "an idx file, which begins with 00 00");
  PARE_TRY(const DType type, type_of(path, std::to_integer<int>(magic[2])));
  if (rank < 1 || rank > kMaxRank)
    return idx_error(path, fmt::format("{} axes", rank), fmt::format("1 to {}", kMaxRank));
  PARE_TRY(Shape shape, read_extents(stream, rank));
  return ArrayHeader{type, std::move(shape), kMagicBytes + 4 * rank, true};
}

Result<ArrayFile> open_idx(const std::string& path) {
  PARE_TRY(std::unique_ptr<ByteStream> stream, open_gzip(path));
  PARE_TRY(ArrayHeader header, read_header(path, *stream));
  return ArrayFile::make(path, std::move(header), std::move(stream));
}

}  // namespace

extern const DatasetReader idx_reader;
const DatasetReader idx_reader{"idx", [](const SourceSpec& spec) { return open_arrays(spec, open_idx); }};

}  // namespace pare
