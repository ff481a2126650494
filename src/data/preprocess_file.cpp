// The list "preprocess" of a dataset file. A step is an object; its first known key is its verb.
#include <fmt/format.h>

#include <cmath>

#include "data/preprocess.hpp"

namespace pare {
namespace {

using Verb = decltype(PreprocessStep::what);

Result<double> finite(const Json& json) {
  PARE_TRY(const double value, json.number());
  if (!std::isfinite(value)) return json.error(json.described(), "a finite number");
  return value;
}

Result<std::vector<double>> numbers(const Json& json) {
  if (!json.is_list()) {
    PARE_TRY(const double value, finite(json));
    return std::vector<double>{value};
  }
  PARE_TRY(const std::vector<Json> items, json.items());
  std::vector<double> values;
  for (const Json& item : items) {
    PARE_TRY(const double value, finite(item));
    values.push_back(value);
  }
  if (values.empty()) return json.error("an empty list", "a number, or one a channel");
  return values;
}

Result<Verb> parse_scale(const Json& json) {
  PARE_TRY(json.allow({"scale"}));
  PARE_TRY(const Json value, json.get("scale"));
  PARE_TRY(const double factor, finite(value));
  return Verb(ScaleStep{factor});
}

Result<Verb> parse_normalize(const Json& json) {
  PARE_TRY(json.allow({"mean", "std"}));
  NormalizeStep step;
  if (const auto mean = json.find("mean")) {
    PARE_TRY(step.mean, numbers(*mean));
  }
  if (const auto deviation = json.find("std")) {
    PARE_TRY(step.std, numbers(*deviation));
    for (const double value : step.std)
      if (!(value > 0)) return deviation->error(fmt::format("a standard deviation of {}", value), "one above 0");
  }
  return Verb(std::move(step));
}

Result<Verb> parse_channels(const Json& json) {
  PARE_TRY(json.allow({"channels"}));
  PARE_TRY(const Json value, json.get("channels"));
  PARE_TRY(const std::string order, value.text());
  if (order != "bgr") return value.error(value.described(), "bgr");
  return Verb(ReverseChannelsStep{});
}

Result<int64_t> positive(const Json& json, std::string_view key) {
  PARE_TRY(const Json value, json.get(key));
  PARE_TRY(const int64_t number, value.integer());
  if (number < 1) return value.error(value.described(), "at least 1");
  return number;
}

Result<Verb> parse_window(const Json& json) {
  PARE_TRY(json.allow({"window", "stride"}));
  PARE_TRY(const int64_t length, positive(json, "window"));
  PARE_TRY(const int64_t stride, positive(json, "stride"));
  return Verb(WindowStep{length, stride});
}

struct Row {
  std::string_view key;
  Result<Verb> (*parse)(const Json& json);  // null: not built
};
constexpr Row kRows[] = {
    {"scale", parse_scale},   {"mean", parse_normalize}, {"std", parse_normalize}, {"channels", parse_channels},
    {"window", parse_window}, {"resize", nullptr},       {"letterbox", nullptr},   {"crop", nullptr},
};

std::string built_steps() {
  std::vector<std::string> names;
  for (const Row& row : kRows)
    if (row.parse != nullptr) names.emplace_back(row.key);
  return joined(names);
}

Result<Verb> parse_verb(const Json& json) {
  for (const Row& row : kRows) {
    if (!json.find(row.key)) continue;
    if (row.parse != nullptr) return row.parse(json);
    return Error{Code::Unsupported, json.place(), fmt::format("the step '{}' is not supported yet", row.key),
                 "steps of " + built_steps(), ""};
  }
  PARE_TRY(const auto members, json.members());
  return json.error(members.empty() ? "an empty step" : fmt::format("unknown step '{}'", members.front().first),
                    "one of " + built_steps());
}

}  // namespace

Result<Preprocess> parse_preprocess(const Json& json) {
  PARE_TRY(const std::vector<Json> items, json.items());
  Preprocess preprocess;
  for (const Json& item : items) {
    PARE_TRY(Verb verb, parse_verb(item));
    preprocess.steps.push_back({std::move(verb), item.place()});
  }
  return preprocess;
}

}  // namespace pare
