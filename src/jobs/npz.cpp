#include "jobs/npz.hpp"

#include <zip.h>

#include <cstring>
#include <cstdio>
#include <memory>

#include "base/files.hpp"

namespace pare {
namespace {

struct TypeName {
  DType type;
  const char* name;
};
constexpr TypeName kTypes[] = {{DType::F32, "<f4"}, {DType::F64, "<f8"}, {DType::F16, "<f2"}, {DType::I8, "|i1"}, {DType::U8, "|u1"},
                               {DType::I16, "<i2"}, {DType::U16, "<u2"}, {DType::I32, "<i4"}, {DType::U32, "<u4"}, {DType::I64, "<i8"},
                               {DType::U64, "<u8"}, {DType::Bool, "|b1"}, {DType::I4, "|i1"}};

Error broken(const std::string& place, std::string found) { return {Code::InvalidArgument, place, std::move(found), "a NumPy array", ""}; }

// What stands behind 'key': in the header's dictionary, up to `end`.
std::string value_of(const std::string& header, const std::string& key, const std::string& begin, const std::string& end) {
  const size_t at = header.find("'" + key + "'");
  if (at == std::string::npos) return "";
  const size_t from = header.find(begin, at + key.size() + 2);
  if (from == std::string::npos) return "";
  const size_t to = header.find(end, from + begin.size());
  return to == std::string::npos ? "" : header.substr(from + begin.size(), to - from - begin.size());
}

Result<Shape> parse_extents(const std::string& text, const std::string& place) {
  Shape shape;
  int64_t total = 1;
  for (size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      ++i;
      continue;
    }
    int64_t extent = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      if (extent > (int64_t{1} << 40)) return broken(place, "an extent beyond 2^40");
      extent = extent * 10 + (text[i] - '0');
    }
    if (extent != 0 && total > (int64_t{1} << 40) / extent) return broken(place, "more than 2^40 elements");
    total *= extent;
    shape.push_back(extent);
  }
  return shape;
}

Result<Tensor> parse_npy(std::span<const std::byte> bytes, const std::string& place) {
  const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
  if (bytes.size() < 12 || std::memcmp(text, "\x93NUMPY", 6) != 0) return broken(place, "no NumPy header");
  const size_t start = text[6] == 1 ? 10 : 12;
  size_t length = text[8] + 256u * text[9];
  if (text[6] != 1) length += 65536u * text[10] + 16777216u * text[11];
  if (length > bytes.size() - start) return broken(place, "a header longer than the file");
  const std::string header(reinterpret_cast<const char*>(text) + start, length);
  if (header.find("'fortran_order': False") == std::string::npos) return Error{Code::Unsupported, place, "Fortran order", "C order", ""};
  const std::string type = value_of(header, "descr", "'", "'");
  PARE_TRY(const Shape shape, parse_extents(value_of(header, "shape", "(", ")"), place));
  for (const TypeName& known : kTypes) {
    if (type != known.name) continue;
    const int64_t want = count_of(shape) * bytes_of(known.type);
    if (want != static_cast<int64_t>(bytes.size() - start - length)) return broken(place, "as many bytes as do not fit its shape");
    Tensor tensor(known.type, shape);
    if (want > 0) std::memcpy(tensor.data_for_edit(), bytes.data() + start + length, static_cast<size_t>(want));
    return tensor;
  }
  return Error{Code::Unsupported, place, "type '" + type + "'", "little-endian numbers", ""};
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

Result<std::vector<std::byte>> read_member(zip_t* archive, zip_uint64_t index, const std::string& place) {
  zip_stat_t stat;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || stat.size > (zip_uint64_t{1} << 36)) return broken(place, "a broken member");
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> member(zip_fopen_index(archive, index, 0), zip_fclose);
  if (!member) return broken(place, "a member that cannot be opened");
  std::vector<std::byte> bytes(stat.size);
  for (size_t done = 0; done < bytes.size();) {
    const zip_int64_t got = zip_fread(member.get(), bytes.data() + done, bytes.size() - done);
    if (got <= 0) return broken(place, "a member that ends early");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

Result<Arrays> read_npz(const std::string& path) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) return Error{Code::Io, path, "not a readable zip archive", "an .npz file", ""};
  Arrays arrays;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    std::string name = zip_get_name(archive.get(), i, 0);
    if (!name.ends_with(".npy")) continue;
    name.resize(name.size() - 4);
    PARE_TRY(const auto bytes, read_member(archive.get(), i, path + ":" + name));
    PARE_TRY(Tensor tensor, parse_npy(bytes, path + ":" + name));
    arrays.emplace_back(name, std::move(tensor));
  }
  return arrays;
}

}  // namespace

Result<Arrays> read_arrays(const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  PARE_TRY(const auto bytes, read_file(path));
  PARE_TRY(Tensor tensor, parse_npy(bytes, path));
  return Arrays{{"", std::move(tensor)}};
}

Result<Tensor> read_array(const std::string& path, const std::string& name) {
  PARE_TRY(const Arrays arrays, read_npz(path));
  for (const auto& [found, tensor] : arrays)
    if (found == name) return tensor;
  return Error{Code::InvalidArgument, path, "no array '" + name + "'", "the model's tensors by name", ""};
}

Result<void> write_npz(const std::string& path, const Arrays& arrays) {
  const std::string part = path + ".part";
  int code = 0;
  Archive archive(zip_open(part.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  const Error failed{Code::Io, path, "cannot be written", "", ""};
  if (!archive) return failed;
  std::vector<std::vector<std::byte>> members;  // alive until the archive is closed
  for (const auto& [name, tensor] : arrays) {
    members.push_back(npy_bytes(tensor));
    zip_source_t* source = zip_source_buffer(archive.get(), members.back().data(), members.back().size(), 0);
    const zip_int64_t index = source ? zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0 && source) zip_source_free(source);
    if (index < 0 || zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0) return failed;
  }
  if (zip_close(archive.get()) != 0) return failed;
  archive.release();
  if (std::rename(part.c_str(), path.c_str()) != 0) {
    std::remove(part.c_str());
    return failed;
  }
  return {};
}

}  // namespace pare
