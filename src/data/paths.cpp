#include "data/paths.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

Error io(const std::string& path, std::string found, std::string expected) {
  return {Code::Io, path, std::move(found), std::move(expected), ""};
}

}  // namespace

Result<std::string> expanded(const std::string& text) {
  std::string out;
  size_t from = 0;
  for (size_t at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const size_t end = text.find('}', at);
    if (end == std::string::npos)
      return Error{Code::InvalidArgument, "", fmt::format("'{}' opens '${{' and does not close it", text), "${NAME}",
                   ""};
    const std::string name = text.substr(at + 2, end - at - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
      return Error{Code::InvalidArgument, "", fmt::format("the environment variable '{}' is not set", name), "a value for it", ""};
    out += text.substr(from, at - from) + value;
    from = end + 1;
  }
  return out + text.substr(from);
}

std::string beside(const std::string& file, const std::string& path) {
  return (fs::path(file).parent_path() / path).lexically_normal().string();
}

Result<void> require_file(const std::string& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) return io(path, "no such file", "a file");
  if (fs::is_directory(status)) return io(path, "this is a folder", "a file");
  return {};
}

Result<void> require_folder(const std::string& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) return io(path, "no such folder", "a folder");
  if (!fs::is_directory(status)) return io(path, "this is a file", "a folder");
  return {};
}

Result<int64_t> file_bytes(const std::string& path) {
  PARE_TRY(require_file(path));
  std::error_code code;
  const auto size = fs::file_size(path, code);
  if (code) return io(path, code.message(), "a readable file");
  return static_cast<int64_t>(size);
}

Result<std::string> read_text(const std::string& path) {
  PARE_TRY(require_file(path));
  PARE_TRY(const std::vector<std::byte> bytes, read_file(path));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace pare
