#include <cstdlib>
#include <optional>
#include <set>
#include <sstream>

#include "cli.hpp"

namespace pare::tools {
namespace {

struct Requirement {
  std::string name, compare, right;
  double offset = 0;
};

const std::set<std::string> kNames = {"value", "float", "agreement", "file_bytes", "weight_bytes", "arena_bytes"};

std::optional<double> parse_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;
  const std::string unit = end;
  if (unit.empty()) return value;
  if (unit == "k") return value * 1000;
  if (unit == "ki") return value * 1024;
  return std::nullopt;
}

std::optional<Requirement> parse(const std::string& text) {
  static const std::set<std::string> compares = {">=", "<=", ">", "<", "=="};
  std::stringstream words(text);
  Requirement r;
  std::string sign, offset, more;
  if (!(words >> r.name >> r.compare >> r.right) || !kNames.contains(r.name) || !compares.contains(r.compare)) return std::nullopt;
  if (!kNames.contains(r.right) && !parse_number(r.right)) return std::nullopt;
  if (!(words >> sign)) return r;
  if ((sign != "+" && sign != "-") || !(words >> offset) || !parse_number(offset) || (words >> more)) return std::nullopt;
  r.offset = (sign == "-" ? -1 : 1) * *parse_number(offset);
  return r;
}

bool holds(double left, const std::string& compare, double right) {
  if (compare == ">=") return left >= right;
  if (compare == "<=") return left <= right;
  if (compare == ">") return left > right;
  if (compare == "<") return left < right;
  return left == right;
}

}  // namespace

std::string requirement_problem(const std::string& requirement) {
  if (parse(requirement)) return "";
  std::string names;
  for (const std::string& name : kNames) names += (names.empty() ? "" : ", ") + name;
  return "'" + requirement + "' is not NAME COMPARISON NAME-OR-NUMBER [+|- NUMBER]; names are " + names;
}

Result<bool> meets(const std::string& requirement, const std::map<std::string, double>& values) {
  const auto r = parse(requirement);
  if (!r) return Error{Code::InvalidArgument, "--require", requirement_problem(requirement), "", ""};
  for (const std::string& name : {r->name, r->right})
    if (kNames.contains(name) && !values.contains(name))
      return Error{Code::InvalidArgument, "--require", "'" + name + "', which this verb does not measure", "", ""};
  const double right = kNames.contains(r->right) ? values.at(r->right) : *parse_number(r->right);
  return holds(values.at(r->name), r->compare, right + r->offset);
}

}  // namespace pare::tools
