#include <fmt/format.h>

#include "base/files.hpp"
#include "formats/format.hpp"

namespace pare {
namespace {

std::string known_endings() {
  std::string list;
  for (const Format* format : format_table()) list += fmt::format("{}{}", list.empty() ? "" : ", ", format->ending);
  return list;
}

std::string name_part(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

Result<const Format*> format_for(const std::string& path) {
  for (const Format* format : format_table())
    if (path.ends_with(format->ending)) return format;
  const std::string name = name_part(path);
  const size_t dot = name.rfind('.');
  const std::string found = dot == std::string::npos ? "a name without an ending" : fmt::format("the ending '{}'", name.substr(dot));
  return Error{Code::Unsupported, path, found, "one of " + known_endings(), ""};
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Result<Model> read_verified(const Format& format, const std::string& path, const ReadOptions& options) {
  PARE_TRY(const std::vector<std::byte> bytes, read_file(path));
  ReadOptions with_folder = options;
  if (with_folder.folder.empty()) with_folder.folder = folder_of(path);
  auto model = format.read(bytes, with_folder);
  if (!model) return model.error().at(path);
  const Result<void> verified = verify(*model);
  if (!verified) return verified.error().at(path);
  return model;
}

}  // namespace

Result<Model> read_model(const std::string& path, const ReadOptions& options) {
  PARE_TRY(const Format* format, format_for(path));
  PARE_TRY(Model model, read_verified(*format, path, options));
  const std::string name = name_part(path);
  model.name = name.substr(0, name.size() - format->ending.size());
  return model;
}

namespace {

Result<const Format*> writer_for(const std::string& path) {
  PARE_TRY(const Format* format, format_for(path));
  if (format->write) return format;
  return Error{Code::Unsupported, path, fmt::format("{} files can be read, not written", format->name), "", ""};
}

}  // namespace

Result<void> check_writable(const std::string& path) {
  PARE_TRY(writer_for(path));
  return {};
}

Result<std::vector<std::byte>> model_bytes(const Model& model, const std::string& path) {
  PARE_TRY(const Format* format, writer_for(path));
  auto bytes = format->write(model);
  if (!bytes) return bytes.error().at(path);
  return bytes;
}

Result<void> write_model(const Model& model, const std::string& path) {
  PARE_TRY(const std::vector<std::byte> bytes, model_bytes(model, path));
  return write_file(path, bytes);
}

}  // namespace pare
