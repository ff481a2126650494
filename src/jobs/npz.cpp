#include "jobs/npz.hpp"

#include <zip.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "base/extents.hpp"
#include "data/npy/header.hpp"
#include "data/npz/zip.hpp"

namespace pare {
namespace {

struct TypeName {
  DType type;
  const char* name;
};
constexpr TypeName kTypes[] = {{DType::F32, "<f4"}, {DType::F64, "<f8"}, {DType::F16, "<f2"}, {DType::I8, "|i1"}, {DType::U8, "|u1"},
                               {DType::I16, "<i2"}, {DType::U16, "<u2"}, {DType::I32, "<i4"}, {DType::U32, "<u4"}, {DType::I64, "<i8"},
                               {DType::U64, "<u8"}, {DType::Bool, "|b1"}, {DType::I4, "|i1"}};

constexpr zip_uint16_t kMidnight = 0, kFirstDay = (1 << 5) | 1;  // of 1980, in zip's form: what NumPy writes, too

// The whole array. Its size is compared with the stream's before memory is asked for.
Result<Tensor> read_whole(const std::string& place, ByteStream& stream) {
  PARE_TRY(const ArrayHeader header, read_npy_header(place, stream));
  if (header.big_endian) return Error{Code::Unsupported, place, "big-endian numbers", "little-endian numbers", ""};
  const int64_t held = stream.extent().bytes - header.offset;
  if (!countable(header.shape) || count_of(header.shape) * bytes_of(header.type) != held)
    return Error{Code::InvalidArgument, place, std::to_string(held) + " bytes of elements",
                 "those of " + std::string(name_of(header.type)) + " " + to_string(header.shape), ""};
  Tensor tensor(header.type, header.shape);
  PARE_TRY(stream.read_at(header.offset, std::span(tensor.data_for_edit(), static_cast<size_t>(held))));
  PARE_TRY(stream.finish(stream.extent().bytes));
  return tensor;
}

std::vector<std::byte> npy_bytes(const Tensor& tensor) {
  std::string type, shape;
  for (const TypeName& known : kTypes)
    if (known.type == tensor.type()) type = known.name;
  for (const int64_t extent : tensor.shape()) shape += std::to_string(extent) + ",";
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() % 256);
  text += static_cast<char>(header.size() / 256);
  text += header;
  std::vector<std::byte> bytes(text.size() + static_cast<size_t>(tensor.byte_count()));
  std::memcpy(bytes.data(), text.data(), text.size());
  if (tensor.byte_count() > 0) std::memcpy(bytes.data() + text.size(), tensor.data(), static_cast<size_t>(tensor.byte_count()));
  return bytes;
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

Result<Arrays> read_npz(const std::string& path) {
  PARE_TRY(const std::vector<std::string> members, zip_members(path));
  Arrays arrays;
  for (const std::string& member : members) {
    if (!member.ends_with(".npy")) continue;
    const std::string name = member.substr(0, member.size() - 4);
    PARE_TRY(const auto stream, open_zip_member(path, name));
    PARE_TRY(Tensor tensor, read_whole(path + ":" + name, *stream));
    arrays.emplace_back(name, std::move(tensor));
  }
  return arrays;
}

}  // namespace

Result<Arrays> read_arrays(const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  PARE_TRY(const auto stream, open_file(path));
  PARE_TRY(Tensor tensor, read_whole(path, *stream));
  return Arrays{{"", std::move(tensor)}};
}

Result<Tensor> read_array(const std::string& path, const std::string& name) {
  PARE_TRY(const auto stream, open_zip_member(path, name));
  return read_whole(path + ":" + name, *stream);
}

Result<void> write_npz(const std::string& path, const Arrays& arrays) {
  const std::string part = path + ".part";
  int code = 0;
  Archive archive(zip_open(part.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  const auto failed = [&](const char* why) { return Error{Code::Io, path, std::string("cannot be written: ") + why, "a place that takes the whole file", ""}; };
  if (!archive) return failed("no file can be made there");
  std::vector<std::vector<std::byte>> members;  // alive until the archive is closed
  for (const auto& [name, tensor] : arrays) {
    members.push_back(npy_bytes(tensor));
    zip_source_t* source = zip_source_buffer(archive.get(), members.back().data(), members.back().size(), 0);
    const zip_int64_t index = source ? zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0 && source) zip_source_free(source);
    const auto at = static_cast<zip_uint64_t>(index);
    const bool added = index >= 0 && zip_set_file_compression(archive.get(), at, ZIP_CM_STORE, 0) == 0 &&
                       zip_file_set_dostime(archive.get(), at, kMidnight, kFirstDay, 0) == 0;
    if (!added) return failed(zip_strerror(archive.get()));
  }
  if (zip_close(archive.get()) != 0) return failed(zip_strerror(archive.get()));
  archive.release();
  if (std::rename(part.c_str(), path.c_str()) != 0) {
    std::remove(part.c_str());
    return failed("it cannot be renamed");
  }
  return {};
}

}  // namespace pare
