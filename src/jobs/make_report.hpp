// From the results of jobs to the report that shows them.
#pragma once

#include "pare/jobs.hpp"
#include "pare/report.hpp"

namespace pare {

/// Everything that a report about one quantization may tell. All pointers are set.
struct ReportParts {
  const Model* simple = nullptr;   ///< the float model as it was quantized
  const Model* shipped = nullptr;  ///< the quantized model as its file has it
  const Inspection* before = nullptr;  ///< of the simplified float model
  const Inspection* after = nullptr;   ///< of the quantized file
  const QuantizeReport* quantized = nullptr;
  const CompareReport* compared = nullptr;
  const VerifyReport* proof = nullptr;
  std::vector<double> sigmas = {1, 2, 3};
};

/// Title, verdict and all sections that follow from `parts`; conditions, times, files and commands are the caller's.
Report make_report(const ReportParts& parts);
/// Tensors in the order of execution: inputs, then each node's weights and outputs.
std::vector<Report::Tensor> report_tensors(const ReportParts& parts);

}  // namespace pare
