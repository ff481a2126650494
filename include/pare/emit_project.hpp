// The job `emit`: a model file as a C project in a folder.
#pragma once

#include <string>

#include "pare/jobs.hpp"

namespace pare {

struct EmitRequest {
  std::string model, output;
  DataUse data;           ///< of the test vectors; no file: random inputs
  int64_t samples = 100;  ///< how many test vectors; > 0
};
struct EmitReport {
  std::string output;
  double seconds = 0;
  int64_t samples = 0, arena_bytes = 0;
};
/// Writes the project whole or not at all: it is made beside `output`, which must not exist, be an empty folder, or hold
/// an older project, which it then replaces with all that is in it.
/// Errors: those of the model and the data; Unsupported with the node that has no C form; Io.
Result<EmitReport> emit_project(const EmitRequest& request, const Common& common);

}  // namespace pare
