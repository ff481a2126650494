// Paths of a dataset file: variables, what they are relative to, and what must stand there.
#pragma once

#include <string>

#include "pare/base.hpp"

namespace pare {

/// Replaces each ${NAME} by the environment's value. Errors: InvalidArgument for an unset variable or a missing '}'.
Result<std::string> expanded(const std::string& text);
/// `path` seen from the folder of `file`; an absolute path stays.
std::string beside(const std::string& file, const std::string& path);

/// Errors: Io if nothing stands there, or a folder does.
Result<void> require_file(const std::string& path);
/// Errors: Io if nothing stands there, or a file does.
Result<void> require_folder(const std::string& path);
Result<int64_t> file_bytes(const std::string& path);
/// The whole of a (small) file.
Result<std::string> read_text(const std::string& path);

}  // namespace pare
