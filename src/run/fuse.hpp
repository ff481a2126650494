// Steps that compute several nodes at once.
#pragma once

#include "pare/run.hpp"

namespace pare {

/// Joins each step whose kernel has a part (Kernel::part), such as an addition, with the step that writes one of its
/// operands, if that takes a tail (Kernel::run_with) and nothing else reads the operand: it becomes no tensor, and its
/// pieces are read again while they are in the nearest cache. Of two such operands the later one. The same bytes come
/// out. To fuse another group, give its kernels these two functions.
std::vector<Step> fuse(const Model& model, std::vector<Step> steps);

}  // namespace pare
