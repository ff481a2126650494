#include "data/raw/label_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "data/paths.hpp"
#include "data/text.hpp"

namespace pare {
namespace {

Error line_error(std::string found, std::string expected) {
  return {Code::InvalidArgument, "", std::move(found), std::move(expected), ""};
}

Result<int64_t> number_in(std::string_view field, std::string_view what) {
  const auto number = parse_integer(trimmed(field));
  if (!number) return line_error(fmt::format("the {} '{}'", what, trimmed(field)), "a whole number");
  return *number;
}

Result<RawRow> parse_line(std::string_view line) {
  const std::vector<std::string_view> fields = fields_of(line, ',');
  if (fields.size() < 3) return line_error(fmt::format("{} columns", fields.size()), "file, number of classes, label");
  if (trimmed(fields[0]).empty()) return line_error("no file name", "file, number of classes, label");
  PARE_TRY(const int64_t classes, number_in(fields[1], "number of classes"));
  PARE_TRY(const int64_t label, number_in(fields[2], "label"));
  if (label < 0 || label >= classes)
    return line_error(fmt::format("label {}", label), fmt::format("0 to {}, for {} classes", classes - 1, classes));
  return RawRow{std::string(trimmed(fields[0])), label};
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace

Result<std::vector<RawRow>> read_label_file(const std::string& path) {
  PARE_TRY(const std::string text, read_text(path));
  std::vector<RawRow> rows;
  int64_t number = 0;
  for (const std::string_view line : fields_of(without_mark(text), '\n')) {
    ++number;
    if (trimmed(line).empty()) continue;
    Result<RawRow> row = parse_line(line);
    if (!row) return row.error().at(fmt::format("{}:{}", path, number));
    rows.push_back(std::move(*row));
  }
  if (rows.empty()) return line_error("no rows", "file, number of classes, label").at(path);
  return rows;
}

Result<std::vector<RawRow>> list_folder(const std::string& path) {
  PARE_TRY(require_folder(path));
  std::error_code code;
  std::vector<RawRow> rows;
  std::filesystem::directory_iterator at(path, code);
  for (; !code && at != std::filesystem::directory_iterator(); at.increment(code)) {
    std::string name = at->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with('.') && at->is_regular_file(ignored)) rows.push_back({std::move(name), std::nullopt});
  }
  if (code) return Error{Code::Io, path, code.message(), "a readable folder", ""};
  if (rows.empty()) return line_error("no files", "one file a sample").at(path);
  std::sort(rows.begin(), rows.end(), [](const RawRow& a, const RawRow& b) { return a.file < b.file; });
  return rows;
}

}  // namespace pare
