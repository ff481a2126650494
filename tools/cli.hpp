// What the verbs share: common options, output as JSON or text, exit codes.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "pare/jobs.hpp"

namespace pare::tools {

using Json = nlohmann::ordered_json;

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kNotMet = 3 };
/// What a verb writes: a model, another file, or a folder.
enum class Output { Model, File, Folder };

/// State of one call of the program. A verb's add() registers a subcommand whose work ends up in `action`.
struct Cli {
  Common common;
  bool json = false, quiet = false;
  std::vector<std::string> shapes, requirements;
  std::function<int()> action;

  /// --json, --seed, --threads, --isa, --shape, --quiet.
  void add_common(CLI::App& verb);
  /// --arithmetic and --device.
  void add_arithmetic(CLI::App& verb);
  /// --data, --split, --limit.
  void add_data(CLI::App& verb, DataUse& data, bool required = true);
  /// --require, by the names of what the verb measures.
  void add_requirements(CLI::App& verb, const std::set<std::string>& names);
  /// -o, --output, whose place is looked at before the verb's work begins.
  void add_output(CLI::App& verb, std::string& path, Output kind, const char* help);

  /// Prints an error (a sentence in one line, or JSON) and returns `code`.
  int fail(const Error& error, ExitCode code = kFailed) const;
  /// Prints `report` with --json, else `text`, and returns kDone or, by --require with `values`, kNotMet; kFailed if
  /// standard output takes nothing.
  int finish(const Json& report, const std::string& text, const std::map<std::string, double>& values = {}) const;
  /// Messages for people, on standard error.
  void say(const std::vector<std::string>& notes) const;
  /// What must be settled before an action: shapes, progress bars. Errors: InvalidArgument.
  Result<void> prepare();
  /// Can the output's place be written? Errors: Io; Unsupported for an ending that no format writes.
  Result<void> check_output() const;

 private:
  const std::string* output_ = nullptr;  // of the verb that runs
  Output output_kind_ = Output::File;
};

/// Wrong usage, for people or as JSON: what CLI11 says about it.
Error usage_error(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments);

/// A verb of the program: tools/X.cpp defines `extern const Verb X_verb`.
struct Verb {
  const char* name;
  void (*add)(CLI::App& app, Cli& cli);
};

/// A number for JSON: infinite and undefined ones are null.
Json number(double value);
/// Links of proof for JSON.
Json to_json(const std::vector<Link>& links);
/// What `quantize` tells.
Json to_json(const QuantizeReport& report);
/// Does `values` satisfy "value >= float - 0.01"? Errors: InvalidArgument with the requirement.
Result<bool> meets(const std::string& requirement, const std::map<std::string, double>& values);
/// What is wrong with the text as a requirement by these names; empty if nothing is.
std::string requirement_problem(const std::string& requirement, const std::set<std::string>& names);
/// An option's check by a function of the library that knows its values.
template <class Function>
CLI::Validator known_by(Function find, const char* type) {
  return CLI::Validator([find](std::string& text) {
    const auto found = find(text);
    return found ? std::string() : found.error().found + "; expected " + found.error().expected;
  }, type);
}

}  // namespace pare::tools
