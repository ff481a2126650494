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
/// "sha256:<64 hex digits>" of the bytes.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace pare
