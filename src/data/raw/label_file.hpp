// The list of a raw source's files: a CSV without header, file, number of classes, label.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pare/base.hpp"

namespace pare {

struct RawRow {
  std::string file;
  std::optional<int64_t> label;
};

/// Rows in the file's order; further columns and empty lines are ignored, blanks around fields too.
/// Errors: InvalidArgument with "path:line" as place; Io.
Result<std::vector<RawRow>> read_label_file(const std::string& path);
/// The folder's files by name, without labels; hidden files and folders are left out.
/// Errors: InvalidArgument if there is none; Io.
Result<std::vector<RawRow>> list_folder(const std::string& path);

}  // namespace pare
