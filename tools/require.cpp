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

bool is_number_or(const std::set<std::string>& names, const std::string& text) { return names.contains(text) || parse_number(text); }

std::optional<Requirement> parse(const std::string& text, const std::set<std::string>& names) {
  static const std::set<std::string> compares = {">=", "<=", ">", "<", "=="};
  std::stringstream words(text);
  Requirement r;
  std::string sign, offset, more;
  if (!(words >> r.name >> r.compare >> r.right) || !names.contains(r.name) || !compares.contains(r.compare)) return std::nullopt;
  if (!is_number_or(names, r.right)) return std::nullopt;
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

std::string requirement_problem(const std::string& requirement, const std::set<std::string>& names) {
  if (parse(requirement, names)) return "";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return "'" + requirement + "' is not NAME COMPARISON NAME-OR-NUMBER [+|- NUMBER]; names are " + list;
}

Result<bool> meets(const std::string& requirement, const std::map<std::string, double>& values) {
  std::set<std::string> names;
  for (const auto& [name, value] : values) names.insert(name);
  const auto r = parse(requirement, names);
  if (!r) return Error{Code::InvalidArgument, "--require", requirement_problem(requirement, names), "", ""};
  const double right = values.contains(r->right) ? values.at(r->right) : *parse_number(r->right);
  return holds(values.at(r->name), r->compare, right + r->offset);
}

}  // namespace pare::tools
