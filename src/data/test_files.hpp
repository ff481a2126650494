// Files that tests write: a folder of their own, and small idx, npy, gzip and npz files.
#pragma once

#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pare {

/// A new folder, removed with everything in it at the end of the scope.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pare_data_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string at(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file, with the folders that it needs, and returns its path.
  std::string write(const std::string& name, const std::string& bytes) const {
    const std::string path = at(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::string path_;
};

/// The bytes 0, 1, 2, ... of a file.
inline std::string counting_bytes(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(i);
  return bytes;
}

/// An idx file of bytes.
inline std::string idx_bytes(const std::vector<int>& shape, const std::string& elements, char type = 0x08) {
  std::string bytes{'\0', '\0', type, static_cast<char>(shape.size())};
  for (const int extent : shape)
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(extent >> shift & 255);
  return bytes + elements;
}

/// A npy file, version 1 or 2; `shape` as Python writes it: "(3, 2)".
inline std::string npy_bytes(const std::string& descr, const std::string& shape, const std::string& elements,
                             char version = 1, const std::string& fortran = "False") {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  const size_t head = version == 1 ? 10 : 12;
  text += std::string(63 - (head + text.size()) % 64, ' ') + '\n';
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  bytes += {static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  if (version != 1) bytes += std::string(2, '\0');
  return bytes + text + elements;
}

/// The bytes of a plain array of numbers.
template <class T>
std::string raw_bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Writes `bytes` as a gzip file.
inline void write_gzip(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

struct ZipMember {
  std::string name, bytes;
};

/// Writes an archive, its members stored or deflated.
inline void write_zip(const std::string& path, const std::vector<ZipMember>& members, bool stored) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const ZipMember& member : members) {
    zip_source_t* source = zip_source_buffer(archive, member.bytes.data(), member.bytes.size(), 0);
    const auto index = static_cast<zip_uint64_t>(zip_file_add(archive, member.name.c_str(), source, 0));
    zip_set_file_compression(archive, index, stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  zip_close(archive);
}

/// The project's test data, or empty if it is not there.
inline std::string test_data(const std::string& name) {
  const char* set = std::getenv("PARE_DATA");
  const std::string path =
      (set != nullptr ? std::string(set) : std::string(PARE_SOURCE_DIR) + "/../shared/data") + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace pare
