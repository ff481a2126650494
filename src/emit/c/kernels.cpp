#include "emit/c/kernels.hpp"

#include "emit/c/sources.hpp"

namespace pare {
namespace {

constexpr std::string_view kQuoted = "#include \"";

// "ops/conv2d/conv2d_s8" to "conv2d_s8".
std::string base_name(const std::string& source) { return source.substr(source.rfind('/') + 1); }

// The names in the text's #include "..." lines.
std::vector<std::string> included(std::string_view text) {
  std::vector<std::string> names;
  for (size_t at = text.find(kQuoted); at != std::string_view::npos; at = text.find(kQuoted, at)) {
    at += kQuoted.size();
    names.emplace_back(text.substr(at, text.find('"', at) - at));
  }
  return names;
}

Result<void> collect(const std::string& name, std::set<std::string>& seen) {
  if (!seen.insert(name).second) return {};
  const CSource* source = find_c_source(name);
  if (!source) return Error{Code::Internal, name, "a kernel's file that is not embedded", "", ""};
  for (const std::string& other : included(source->text)) {
    PARE_TRY(collect(other, seen));
  }
  return {};
}

}  // namespace

const CSource* find_c_source(std::string_view name) {
  for (const CSource& source : c_sources())
    if (source.name == name) return &source;
  return nullptr;
}

bool is_alias(const Step& step) { return step.kernel.alias && step.in.size() == 1; }

std::set<std::string> kernel_headers(const Program& program) {
  std::set<std::string> names;
  for (const Step& step : program.steps())
    if (!is_alias(step)) names.insert(base_name(step.kernel.c.source) + ".h");
  return names;
}

Result<std::vector<EmittedFile>> kernel_files(const Program& program) {
  std::set<std::string> names = {};
  PARE_TRY(collect("io.h", names));
  for (const Step& step : program.steps()) {
    if (is_alias(step)) continue;
    PARE_TRY(collect(base_name(step.kernel.c.source) + ".h", names));
    PARE_TRY(collect(base_name(step.kernel.c.source) + ".c", names));
  }
  std::vector<EmittedFile> files;
  for (const std::string& name : names) files.push_back({"kernels/" + name, std::string(find_c_source(name)->text)});
  return files;
}

}  // namespace pare
