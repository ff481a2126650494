#include "cli.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <sstream>

namespace pare::tools {

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
  verb.add_option("--device", common.device, "A device's name or description (see pare devices)");
}

void Cli::add_data(CLI::App& verb, DataUse& data, bool required) {
  CLI::Option* option = verb.add_option("--data", data.file, "Dataset file (*.data.json)");
  if (required) option->required();
  verb.add_option("--split", data.split, "Which samples: a split's name, or all");
  verb.add_option("--limit", data.limit, "Only the first N samples")->check(CLI::PositiveNumber);
}

void Cli::add_requirements(CLI::App& verb) {
  verb.add_option("--require", requirements, "Exit with 3 unless it holds: \"value >= float - 0.01\"")
      ->check(CLI::Validator([](std::string& text) { return requirement_problem(text); }, "REQUIREMENT"));
}

int Cli::fail(const Error& error) const {
  if (json)
    std::cout << Json{{"error", {{"code", name_of(error.code)}, {"place", error.place}, {"found", error.found},
                                 {"expected", error.expected}, {"message", error.message()}}}}.dump(2) << '\n';
  else
    std::cerr << "pare: " << error.message() << '\n';
  return kFailed;
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
  std::cout << (json ? report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text) << std::flush;
  return code;
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

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace pare::tools
