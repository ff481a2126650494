// Which tensors stand as q + 128.
#pragma once

#include "pare/run.hpp"

namespace pare {

/// Lets each tensor of `model` be offset binary (Kernel::flip_out) whose writer can give and whose readers can all take it, as
/// their first operand: then vector products take the codes as they lie, and nobody copies them. Inputs and outputs of
/// the model stay plain. Of a tensor between, whoever looks at it has to know: so not for a Program that keeps all tensors.
void use_offset_binary(const Model& model, std::span<Step> steps);

}  // namespace pare
