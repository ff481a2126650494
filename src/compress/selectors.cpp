#include "compress/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace pare {

std::span<const Scheme* const> scheme_table();

const PlanStep* last_match(const Plan& plan, std::string_view what) {
  const PlanStep* found = nullptr;
  for (const PlanStep& step : plan.steps)
    if (step.verb == PlanStep::Verb::Encode && matches(step.selector, what)) found = &step;
  return found;
}

bool stays_integer(const Plan* plan, const Node& node) {
  if (!node.op->contract().integer) return false;
  if (!plan) return true;
  return std::none_of(plan->steps.begin(), plan->steps.end(), [&](const PlanStep& step) {
    return step.verb == PlanStep::Verb::Float && matches(step.selector, node.name);
  });
}

namespace {

bool means_something(const PlanStep& step, const Model& model) {
  if (step.selector.starts_with("activations:"))
    return std::any_of(model.tensors.begin(), model.tensors.end(),
                       [&](const TensorInfo& t) { return !t.constant() && matches(step.selector, "activations:" + t.name); });
  const std::string prefix = step.verb == PlanStep::Verb::Float ? "" : "weights:";
  return std::any_of(model.nodes.begin(), model.nodes.end(),
                     [&](const Node& node) { return matches(step.selector, prefix + node.name); });
}

}  // namespace

Result<void> check_selectors(const Plan& plan, const Model& model) {
  for (size_t i = 0; i < plan.steps.size(); ++i)
    if (!means_something(plan.steps[i], model))
      return Error{Code::InvalidArgument, fmt::format("plan: step {}", i), fmt::format("'{}' matches nothing in the model", plan.steps[i].selector),
                   "the name of a node or tensor; * stands for any characters", "`pare inspect` lists the names"};
  return {};
}

bool matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<const Scheme*> find_scheme(std::string_view name) {
  std::string names;
  for (const Scheme* scheme : scheme_table()) {
    if (scheme->name == name) return scheme;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", scheme->name);
  }
  return Error{Code::InvalidArgument, "scheme", fmt::format("'{}'", name), "one of " + names, ""};
}

}  // namespace pare
