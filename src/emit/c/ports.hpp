// Inputs and outputs of the emitted function.
#pragma once

#include <string>
#include <vector>

#include "pare/emit.hpp"

namespace pare {

/// One parameter of pare_run.
struct Port {
  const TensorInfo* tensor = nullptr;
  TensorId id = kNoTensor;
  std::string name;  ///< "in", or "in_0", ...
  std::string type;  ///< in C
  int64_t count = 0;
};

struct Ports {
  std::vector<Port> in, out;
};

/// Errors: Unsupported for element types that C has no name for, and outputs that are constants.
Result<Ports> ports_of(const Model& model);
/// "int pare_run(const int8_t* in, int8_t* out)"
std::string signature(const Ports& ports);
/// "PARE_IN_COUNT"
std::string count_macro(const Port& port);

}  // namespace pare
