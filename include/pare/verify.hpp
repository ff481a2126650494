// Verification: links of proof that a file computes what was decided, each by other code than the one before.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pare/tensor.hpp"

namespace pare {

struct VerifyRequest {
  std::string file, data;
  std::string against;     ///< the float model; empty: link 1 is skipped
  std::string plan;        ///< empty: `file`.plan.json
  /// tflm, litert, litert_ref or onnxruntime; empty: link 5 is skipped. Outputs are compared byte for byte; those that
  /// onnxruntime computes in float, to 1e-6 of the largest.
  std::string with;
  std::string python;      ///< empty: $PARE_PYTHON
  std::string arithmetic;  ///< empty: that of `with`, else the file's note, else the device's, else tflm (QDQ: onnx)
  std::string device;      ///< a name or a .json file; may be empty
  std::string isa;         ///< of link 3; empty: the best that this machine has
  std::vector<std::pair<std::string, Shape>> shapes;  ///< free dimensions of the float model's inputs
  std::string split = "evaluation";
  int64_t limit = -1;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  ///< as in Samples
};

/// One link. `samples` and `tensors` are how many were compared.
struct Link {
  int link = 0;
  std::string name;
  bool ran = false;
  int64_t samples = 0, tensors = 0;
  bool equal = false;
  std::string first_difference;  ///< empty if there is none
  std::string reason;            ///< why it did not run
};

struct VerifyReport {
  std::string verified;  ///< "independent", "self" or "none"
  int64_t file_bytes = 0, weight_bytes = 0, arena_bytes = 0;
  std::vector<Link> links;
};

/// All are compared with the file's model under portable kernels: 1 the plan applied again to the float model, 2 the file
/// read back, its tensors sharing the arena as shipped, 3 the best kernels, 4 emitted C, 5 a foreign runtime. A link that
/// cannot run is skipped with its reason, but a runtime that was asked for must run. "none" if a link that ran is not
/// equal in every bit; then a runtime that refuses the file is skipped too.
/// Errors: those of files, data and plan; InvalidArgument for unknown names, or a float file.
Result<VerifyReport> verify_file(const VerifyRequest& request);

}  // namespace pare
