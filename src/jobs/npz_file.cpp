#include "jobs/npz_file.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <cstring>

#include "data/array_source.hpp"
#include "data/npy/header.hpp"
#include "data/npz/zip.hpp"

namespace pare {
namespace {

constexpr size_t kHeaderUnit = 64;  // NEP 1: the header's end is aligned

const char* numpy_type(DType type) {
  switch (type) {
    case DType::F32: return "<f4";
    case DType::F64: return "<f8";
    case DType::I8: return "|i1";
    case DType::U8: return "|u1";
    case DType::I16: return "<i2";
    case DType::I32: return "<i4";
    case DType::I64: return "<i8";
    default: return nullptr;
  }
}

// NEP 1, version 1.0.
std::string npy_header(const char* type, const Shape& shape) {
  std::string extents;
  for (const int64_t n : shape) extents += fmt::format("{},", n);
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, extents);
  while ((10 + text.size() + 1) % kHeaderUnit != 0) text += ' ';
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

Result<std::string> npy_bytes(const std::string& name, const Tensor& array) {
  const char* type = numpy_type(array.type());
  if (!type) return Error{Code::Unsupported, name, fmt::format("elements of type {}", name_of(array.type())), "a type of NumPy", ""};
  std::string bytes = npy_header(type, array.shape());
  bytes.append(reinterpret_cast<const char*>(array.data()), static_cast<size_t>(array.byte_count()));
  return bytes;
}

// The archive refers to `bytes` until it is closed.
bool add(zip_t* archive, const std::string& name, const std::string& bytes) {
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t index = source ? zip_file_add(archive, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
  if (index < 0) zip_source_free(source);
  return index >= 0 && zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) == 0;
}

}  // namespace

Result<void> write_npz_file(const std::string& path, const NamedTensors& arrays) {
  std::vector<std::string> members;
  for (const auto& [name, array] : arrays) {
    PARE_TRY(std::string bytes, npy_bytes(name, array));
    members.push_back(std::move(bytes));
  }
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  bool good = archive != nullptr;
  for (size_t i = 0; good && i < members.size(); ++i) good = add(archive, arrays[i].first, members[i]);
  if (good && zip_close(archive) == 0) return {};
  if (archive) zip_discard(archive);
  return Error{Code::Io, path, "cannot be written", "", ""};
}

Result<Tensor> read_npz_array(const std::string& path, const std::string& name) {
  PARE_TRY(const std::unique_ptr<ByteStream> stream, open_zip_member(path, name));
  PARE_TRY(const ArrayHeader header, read_npy_header(path + ":" + name, *stream));
  Tensor array(header.type, header.shape);
  PARE_TRY(stream->read_at(header.offset, {array.data_for_edit(), static_cast<size_t>(array.byte_count())}));
  return array;
}

}  // namespace pare
