// What the verbs share: common options, output as JSON or text, exit codes.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pare/jobs.hpp"

namespace pare::tools {

using Json = nlohmann::ordered_json;

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kNotMet = 3 };

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
  /// --require
  void add_requirements(CLI::App& verb);

  /// Prints an error (a sentence, or JSON) and returns kFailed.
  int fail(const Error& error) const;
  /// Prints `report` with --json, else `text`, and returns kDone or, by --require with `values`, kNotMet.
  int finish(const Json& report, const std::string& text, const std::map<std::string, double>& values = {}) const;
  /// Messages for people, on standard error.
  void say(const std::vector<std::string>& notes) const;
  /// What must be settled before an action: shapes, progress bars. Errors: InvalidArgument.
  Result<void> prepare();
};

/// A verb of the program: tools/X.cpp defines `extern const Verb X_verb`.
struct Verb {
  const char* name;
  void (*add)(CLI::App& app, Cli& cli);
};

/// A number for JSON: infinite and undefined ones are null.
Json number(double value);
/// A link of proof for JSON.
Json to_json(const Link& link);
/// Does `values` satisfy "value >= float - 0.01"? Errors: InvalidArgument with the requirement.
Result<bool> meets(const std::string& requirement, const std::map<std::string, double>& values);
/// Is the text a requirement at all, by names that are known?
std::string requirement_problem(const std::string& requirement);

}  // namespace pare::tools
