// The job `demo`: the main job on the model and data that are built in, from inspection to the report.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pare/emit_project.hpp"
#include "pare/jobs.hpp"

namespace pare {

/// One step of the demo as it ended.
struct DemoStep {
  std::string name;  ///< the verb that does the same
  double seconds = 0;
  std::string result;  ///< a sentence
};

struct DemoRequest {
  std::string output = "pare-demo";  ///< the folder to make
  int64_t limit = -1;                ///< evaluate on the first samples only
  std::string with, python;          ///< a foreign runtime for link 5, as in VerifyRequest; may be empty
  std::function<void(const DemoStep&)> on_step;  ///< called after each step; may be empty
};

struct DemoReport {
  std::string output, report;  ///< the folder, and the HTML file in it
  Inspection inspection;
  QuantizeReport quantized;
  CompareReport compared;
  VerifyReport proof;
  EmitReport emitted;
  std::vector<DemoStep> steps;
  double seconds = 0;
};
/// Inspects, quantizes, compares, verifies and emits the example network on Fashion-MNIST, each figure computed once,
/// and writes files and report to a folder that did not exist, was empty or held an older demo: whole or not at all.
/// Errors: Io with the Debian package's name if the data are missing; those of the jobs.
Result<DemoReport> demo(const DemoRequest& request, const Common& common);

}  // namespace pare
