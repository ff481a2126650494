#include "formats/tflite/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace pare::tflite {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's bytes are taken as they are");

constexpr uint32_t kVersion = 3;
constexpr size_t kHeaderBytes = 8;  // the root's offset and the identifier
constexpr size_t kMaxBytes = (size_t{1} << 31) - 2;
constexpr flatbuffers::uoffset_t kMaxDepth = 32, kMaxTables = 1000000;

Error malformed(int64_t offset, std::string found, std::string expected = "", std::string hint = "") {
  return {Code::InvalidModel, fmt::format("byte {}", offset), std::move(found), std::move(expected), std::move(hint)};
}

Result<void> check_tables(const uint8_t* bytes, size_t size) {
  if (size < kHeaderBytes) return malformed(static_cast<int64_t>(size), "the file ends", "at least 8 bytes");
  if (!fb::ModelBufferHasIdentifier(bytes))
    return malformed(4, "not the identifier of a TFLite file", fmt::format("'{}'", fb::ModelIdentifier()));
  if (size > kMaxBytes) return Error{Code::Unsupported, "file", fmt::format("{} bytes", size), "less than 2 GB", ""};
  flatbuffers::Verifier verifier(bytes, size, kMaxDepth, kMaxTables);
  if (fb::VerifyModelBuffer(verifier)) return {};
  return malformed(flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes),
                   "the table here, or one that it refers to, is damaged or not inside the file",
                   fmt::format("tables within {} bytes", size), "Is the file complete?");
}

}  // namespace

Result<void> Allowance::spend(int64_t bytes) {
  left_ -= bytes;
  if (left_ >= 0) return {};
  return Error{Code::InvalidModel, "file", "tables that share their bytes describe more than the file can hold", "", ""};
}

Result<Source> Source::open(std::span<const std::byte> bytes) {
  Source source(bytes.size());
  if (reinterpret_cast<uintptr_t>(bytes.data()) % 16 != 0) {
    source.copy_.assign(bytes.begin(), bytes.end());
    bytes = source.copy_;
  }
  source.bytes_ = reinterpret_cast<const uint8_t*>(bytes.data());
  PARE_TRY(check_tables(source.bytes_, bytes.size()));
  source.model_ = fb::GetModel(source.bytes_);
  if (source.model_->version() != kVersion)
    return Error{Code::Unsupported, "file", fmt::format("version {} of the format", source.model_->version()), "3", ""};
  if (size_of(source.model_->subgraphs()) == 0)
    return malformed(source.offset_of(source.model_), "a model without a subgraph");
  return source;
}

Result<std::span<const uint8_t>> Source::buffer(uint32_t index) const {
  const size_t count = size_of(model_->buffers());
  if (index >= count)
    return Error{Code::InvalidModel, "", fmt::format("buffer {}", index), fmt::format("less than {}", count), ""};
  const fb::Buffer& buffer = *model_->buffers()->Get(index);
  if (buffer.offset() > 1)
    return Error{Code::Unsupported, "", fmt::format("buffer {} lies behind the tables", index), "data inside them", ""};
  if (!buffer.data()) return std::span<const uint8_t>{};
  return std::span<const uint8_t>(buffer.data()->data(), buffer.data()->size());
}

namespace {

Result<const fb::OperatorCode*> entry_of(const Source& source, const fb::Operator& op) {
  const size_t count = size_of(source.model().operator_codes());
  if (op.opcode_index() < count) return source.model().operator_codes()->Get(op.opcode_index());
  return malformed(source.offset_of(&op), fmt::format("operator code number {}", op.opcode_index()),
                   fmt::format("less than {}", count));
}

}  // namespace

Result<fb::BuiltinOperator> operator_code(const Source& source, const fb::Operator& op) {
  PARE_TRY(const fb::OperatorCode* entry, entry_of(source, op));
  return std::max(entry->builtin_code(), static_cast<fb::BuiltinOperator>(entry->deprecated_builtin_code()));
}

Result<std::string> operator_name(const Source& source, const fb::Operator& op) {
  PARE_TRY(const fb::OperatorCode* entry, entry_of(source, op));
  PARE_TRY(const fb::BuiltinOperator code, operator_code(source, op));
  if (code != fb::BuiltinOperator::CUSTOM) return name_of(code);
  return fmt::format("CUSTOM '{}'", text_of(entry->custom_code()));
}

}  // namespace pare::tflite
