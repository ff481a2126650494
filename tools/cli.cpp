#include "cli.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <sstream>

namespace pare::tools {
namespace {

// A file is read by the verb, where a bad one is a failure; a name must be in the list.
std::string device_problem(std::string& text) {
  if (text.ends_with(".json")) return "";
  const auto device = find_device(text);
  return device ? "" : "'" + text + "'; expected " + device.error().expected;
}

std::string count_problem(std::string& text) {
  const bool digits = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && text.find_first_not_of('0') != std::string::npos ? "" : "'" + text + "'; expected a whole number above 0";
}

}  // namespace

void Cli::add_common(CLI::App& verb) {
  verb.add_flag("--json", json, "One JSON object on standard output, and nothing else");
  verb.add_option("--seed", common.seed, "Seed of all that is random");
  verb.add_option("--threads", common.threads, "Threads to work with")->check(CLI::Range(1, 1024));
  verb.add_option("--isa", common.isa, "Instruction set of the kernels")
      ->envname("PARE_ISA")
      ->check(CLI::IsMember({"portable", "avx2", "avxvnni", "avx512vnni", "amx", "neon", "dotprod"}));
  verb.add_option("--shape", shapes, "An input's free dimensions: NAME=1,300,300,3");
  verb.add_flag("--quiet", quiet, "No messages and no progress");
}

void Cli::add_arithmetic(CLI::App& verb) {
  verb.add_option("--arithmetic", common.arithmetic, "Rules by which integers are computed")
      ->check(CLI::IsMember({"tflm", "litert", "litert_ref", "st", "onnx"}));
  verb.add_option("--device", common.device, "A device's name, or a description's file (see pare devices)")
      ->check(CLI::Validator(device_problem, "NAME|FILE.json"));
}

void Cli::add_data(CLI::App& verb, DataUse& data, bool required) {
  CLI::Option* option = verb.add_option("--data", data.file, "Dataset file (*.data.json)");
  if (required) option->required();
  verb.add_option("--split", data.split, "Which samples: a split's name, or all")->needs(option);
  verb.add_option("--limit", data.limit, "Only the first N samples")->check(CLI::Validator(count_problem, "INT >= 1"))->needs(option);
}

void Cli::add_requirements(CLI::App& verb, const std::set<std::string>& names) {
  verb.add_option("--require", requirements, "Exit with 3 unless it holds: \"" + *names.rbegin() + " >= 0.9\"")
      ->check(CLI::Validator([names](std::string& text) { return requirement_problem(text, names); }, "REQUIREMENT"));
}

void Cli::add_output(CLI::App& verb, std::string& path, Output kind, const char* help) {
  const auto remember = [this, &path, kind](const std::string& text) {
    path = text;
    output_ = &path;
    output_kind_ = kind;
  };
  verb.add_option_function<std::string>("-o,--output", remember, help)->required();
}

namespace {

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

// Names come from files and may hold anything; an error is one line all the same.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  return text;
}

}  // namespace

int Cli::fail(const Error& error, ExitCode code) const {
  if (json)
    std::cout << dump({{"error", {{"code", name_of(error.code)}, {"place", error.place}, {"found", error.found},
                                  {"expected", error.expected}, {"message", error.message()}}}});
  else
    std::cerr << "pare: " << one_line(error.message()) << '\n';
  return code;
}

int Cli::finish(const Json& report, const std::string& text, const std::map<std::string, double>& values) const {
  int code = kDone;
  for (const std::string& requirement : requirements) {
    const auto met = meets(requirement, values);
    if (!met) return fail(met.error());
    if (*met) continue;
    std::cerr << "pare: not met: " << requirement << '\n';
    code = kNotMet;
  }
  std::cout << (json ? dump(report) : text) << std::flush;
  if (std::cout) return code;
  std::cerr << "pare: standard output: cannot be written\n";
  return kFailed;
}

void Cli::say(const std::vector<std::string>& notes) const {
  if (!quiet)
    for (const std::string& note : notes) std::cerr << "note: " << note << '\n';
}

namespace {

Result<std::pair<std::string, Shape>> parse_shape(const std::string& text) {
  const Error wrong{Code::InvalidArgument, "--shape", "'" + text + "'", "NAME=1,300,300,3", ""};
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return wrong;
  Shape shape;
  std::stringstream parts(text.substr(equals + 1));
  for (std::string part; std::getline(parts, part, ',');) {
    char* end = nullptr;
    shape.push_back(std::strtoll(part.c_str(), &end, 10));
    if (part.empty() || *end != 0 || shape.back() < 1) return wrong;
  }
  if (shape.empty()) return wrong;
  return std::pair{text.substr(0, equals), shape};
}

// Draws a line at most once a percent.
void draw(const char* step, int64_t done, int64_t total) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const int64_t every = std::max<int64_t>(total / 100, 1);
  if (done % every != 0 && done != total) return;
  std::cerr << '\r' << step << ' ' << done << '/' << total << (done == total ? "   \n" : "") << std::flush;
}

}  // namespace

Result<void> Cli::prepare() {
  for (const std::string& text : shapes) {
    PARE_TRY(auto shape, parse_shape(text));
    common.shapes.push_back(std::move(shape));
  }
  if (!quiet && isatty(STDERR_FILENO)) common.progress = draw;
  return {};
}

Result<void> Cli::check_output() const {
  namespace fs = std::filesystem;
  if (!output_) return {};
  const fs::path path = fs::path(*output_).has_filename() ? fs::path(*output_) : fs::path(*output_).parent_path();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    return Error{Code::Io, *output_, "there is no folder '" + folder.string() + "'", "a place in a folder that exists", ""};
  if (output_kind_ != Output::Folder && fs::is_directory(path, ignored))
    return Error{Code::Io, *output_, "is a folder", "a file's name", ""};
  return output_kind_ == Output::Model ? check_writable(*output_) : Result<void>();
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  const auto first = std::find_if(arguments.begin(), arguments.end(), [](const std::string& a) { return !a.starts_with('-'); });
  Error told{Code::InvalidArgument, "command line", error.what(), "", ""};
  if (!app.get_subcommands().empty()) {
    told.place = app.get_subcommands().front()->get_name();
    told.hint = "See pare " + told.place + " --help";
  } else if (first != arguments.end()) {
    told.found = "no verb '" + *first + "'";
    told.expected = "one of those that pare --help lists";
  } else {
    told.found = "no verb";
    told.expected = "one of those that pare --help lists";
  }
  return told;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace pare::tools
