// The generated tables of tflite.fbs under a short name, and how their words translate.
#pragma once

#include <optional>
#include <string>

#include "pare/op.hpp"

#include "tflite_generated.h"

namespace pare::tflite {

namespace fb = pare::tflite_schema;

/// "CONV_2D"; "operator code 999" for a number without a name.
std::string name_of(fb::BuiltinOperator code);
/// "FLOAT32"; "type 99" for a number without a name.
std::string name_of(fb::TensorType type);

/// Element types that exist on both sides; nothing for the rest.
std::optional<DType> dtype_of(fb::TensorType type);
std::optional<fb::TensorType> tensor_type_of(DType type);

/// Fused activations that exist on both sides; nothing for the rest.
std::optional<Activation> activation_of(fb::ActivationFunctionType type);
fb::ActivationFunctionType fused(Activation activation);

}  // namespace pare::tflite
