// plan.json: a list of sentences, each with one verb.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "pare/compress.hpp"

namespace pare {
namespace {

using Json = nlohmann::ordered_json;

Json scale_json(const std::vector<float>& scale) {
  if (scale.size() == 1) return scale[0];
  return scale;
}

Json step_json(const PlanStep& step) {
  if (step.verb == PlanStep::Verb::Float) return {{"float", step.selector}};
  Json json = {{"encode", step.selector}, {"as", to_string(step.encoding)}};
  if (!step.range.empty()) json["range"] = step.range;
  if (step.encoding.scale.empty()) return json;
  json["scale"] = scale_json(step.encoding.scale);
  if (step.encoding.grain == Grain::Channel) json["axis"] = step.encoding.axis;
  else json["zero_point"] = step.encoding.zero_point[0];
  return json;
}

Error wrong(const std::string& place, std::string found, std::string expected) {
  return {Code::InvalidArgument, place, std::move(found), std::move(expected), ""};
}

void read_scales(const Json& json, Encoding& encoding) {
  const Json& scale = json.at("scale");
  encoding.scale = scale.is_array() ? scale.get<std::vector<float>>() : std::vector<float>{scale.get<float>()};
  encoding.zero_point.assign(encoding.scale.size(), json.value("zero_point", 0));
  encoding.axis = json.value("axis", int64_t{0});
}

Result<void> expect_keys(const Json& json, std::initializer_list<std::string_view> known, const std::string& place) {
  std::string names;
  for (const std::string_view name : known) names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  for (const auto& [key, value] : json.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return wrong(place, fmt::format("key '{}'", key), names);
  return {};
}

Result<PlanStep> parse_step(const Json& json, const std::string& place) {
  PlanStep step;
  if (!json.is_object()) return wrong(place, json.type_name(), "an object with one verb");
  if (json.contains("float")) {
    PARE_TRY(expect_keys(json, {"float"}, place));
    step.verb = PlanStep::Verb::Float;
    step.selector = json["float"].get<std::string>();
    return step;
  }
  if (!json.contains("encode")) {
    const std::string verb = json.empty() ? "nothing" : json.begin().key();
    return wrong(place, fmt::format("verb '{}'", verb), "encode or float (fuse, prune and load are not supported yet)");
  }
  PARE_TRY(expect_keys(json, {"encode", "as", "range", "scale", "zero_point", "axis"}, place));
  step.selector = json["encode"].get<std::string>();
  if (!step.selector.starts_with("weights:") && !step.selector.starts_with("activations:"))
    return wrong(place, fmt::format("selector '{}'", step.selector), "weights:NODE or activations:TENSOR");
  auto encoding = parse_encoding(json.at("as").get<std::string>());
  if (!encoding) return encoding.error().at(place);
  step.encoding = *encoding;
  if (json.contains("range")) step.range = json["range"].get<std::string>();
  if (json.contains("scale")) read_scales(json, step.encoding);
  return step;
}

}  // namespace

std::string to_json(const Plan& plan) {
  Json json = {{"plan", 1}, {"model", plan.model_hash}, {"seed", plan.seed}};
  if (!plan.scheme.empty()) json["scheme"] = plan.scheme;
  if (!plan.arithmetic.empty()) json["arithmetic"] = plan.arithmetic;
  // One step a line, so that a person can read and compare it.
  std::string text = json.dump();
  text.pop_back();
  text += ", \"steps\": [\n";
  for (size_t i = 0; i < plan.steps.size(); ++i)
    text += "  " + step_json(plan.steps[i]).dump() + (i + 1 < plan.steps.size() ? ",\n" : "\n");
  return text + "]}\n";
}

Result<Plan> parse_plan(const std::string& text, const std::string& place) {
  Plan plan;
  std::string at = place;
  try {
    const Json json = Json::parse(text);
    if (!json.contains("plan") || json["plan"] != 1) return wrong(place, "no \"plan\": 1", "a plan of version 1");
    PARE_TRY(expect_keys(json, {"plan", "model", "seed", "scheme", "arithmetic", "steps"}, place));
    plan.model_hash = json.value("model", "");
    plan.seed = json.value("seed", uint64_t{0});
    plan.scheme = json.value("scheme", "");
    plan.arithmetic = json.value("arithmetic", "");
    for (size_t i = 0; i < json.at("steps").size(); ++i) {
      at = fmt::format("{}: step {}", place, i);
      PARE_TRY(PlanStep step, parse_step(json["steps"][i], at));
      plan.steps.push_back(std::move(step));
    }
  } catch (const std::exception& e) {
    return wrong(at, json_text(e.what()), "a plan: {\"plan\": 1, \"steps\": [...]}");
  }
  return plan;
}

}  // namespace pare
