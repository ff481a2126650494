// Files: whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// The file's bytes. Errors: Io, if it is missing, a folder, or cannot be read.
Result<std::vector<std::byte>> read_file(const std::string& path);
/// Writes to a temporary name beside `path`, then renames: an existing file is replaced only by its complete successor.
/// Errors: Io; nothing is left behind.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);
Result<void> write_file(const std::string& path, const std::string& text);
/// Files that appear together or not at all. Each is written beside its place under a hidden name with the same ending;
/// publish() renames all. What is not published is removed with the object.
class StagedFiles {
 public:
  StagedFiles() = default;
  ~StagedFiles();
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  /// Writes `bytes`, which are to become `path`, and returns where they lie until then.
  /// Errors: Io, also if `path` is a folder.
  Result<std::string> add(const std::string& path, std::span<const std::byte> bytes);
  Result<std::string> add(const std::string& path, const std::string& text);
  /// Puts all files in place. Errors: Io; then every path is as it was.
  Result<void> publish();

 private:
  struct File {
    std::string path, staged, before;  ///< `before`: another name of the file that stood at `path`, or empty
  };
  void put_back(size_t count);
  std::vector<File> files_;
};
/// "sha256:<64 hex digits>" of the bytes.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace pare
