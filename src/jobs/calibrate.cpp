#include "base/files.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

// Extremes as the estimator sees them.
Result<void> cut(Ranges& ranges, const std::string& estimator) {
  PARE_TRY(const auto estimate, make_estimator(estimator));
  for (auto& [name, range] : ranges.tensors) {
    const auto [low, high] = estimate->interval(range, false);
    range.min = low;
    range.max = high;
  }
  return {};
}

}  // namespace

Result<CalibrateReport> calibrate_model(const std::string& model, const DataUse& data, bool keep_interface, const std::string& estimator,
                                        const std::string& output, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  CalibrateReport report;
  PARE_TRY(const Loaded source, load(model, common));
  PARE_TRY(require_float(source, model));
  PARE_TRY(const Model simple, simplify(source.model, !keep_interface, nullptr));
  PARE_TRY(const Dataset set, read_dataset(data.file));
  PARE_TRY(report.ranges, ranges_over(simple, set, data.split.empty() ? "calibration" : data.split, data.limit, common, nullptr));
  PARE_TRY(cut(report.ranges, estimator));
  if (!output.empty()) {
    PARE_TRY(write_file(output, to_json(report.ranges)));
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace pare
