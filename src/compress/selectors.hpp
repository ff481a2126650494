// Selectors: which nodes and tensors a plan's steps mean.
#pragma once

#include "pare/compress.hpp"
#include "pare/op.hpp"

namespace pare {

/// The last Encode step whose selector matches `what` ("weights:NODE", "activations:TENSOR"), or null.
const PlanStep* last_match(const Plan& plan, std::string_view what);
/// Has the node's operator an integer form, and does the plan (may be null) leave it integer?
bool stays_integer(const Plan* plan, const Node& node);
/// Errors: InvalidArgument with the first step whose selector matches nothing in `model`.
Result<void> check_selectors(const Plan& plan, const Model& model);

}  // namespace pare
