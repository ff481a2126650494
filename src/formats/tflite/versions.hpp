// Versions of TFLite's operators: a runtime refuses one that it does not know, so the least that fits is written.
#pragma once

#include "formats/tflite/schema.hpp"

namespace pare::tflite {

/// The first version of the operator that allows the element types, ranks and options of `op`.
int32_t version_of(fb::BuiltinOperator code, const fb::OperatorT& op, const fb::SubGraphT& graph);

}  // namespace pare::tflite
