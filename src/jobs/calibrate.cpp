// Calibration as a job of its own: a long one, so what it has seen is kept in a journal, from which it can go on.
#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

constexpr double kSecondsBetween = 10;

std::string split_of(const DataUse& data) { return data.split.empty() ? "calibration" : data.split; }

// What a journal must be of: the model's file, the dataset's file and which samples.
Result<std::string> source_of(const CalibrateRequest& request, const Loaded& model) {
  PARE_TRY(const std::vector<std::byte> data, read_file(request.data.file));
  const std::string all = model.hash + sha256(data) + split_of(request.data) + std::to_string(request.data.limit) +
                          (request.keep_interface ? " as it is" : "");
  return sha256(std::as_bytes(std::span(all)));
}

/// Keeps what was seen, every few seconds and when the job is stopped.
class Journal {
 public:
  Journal(std::string path, std::string source, const std::atomic<bool>* stop)
      : path_(std::move(path)), source_(std::move(source)), stop_(stop) {}

  /// What it holds, if it holds anything. Errors: InvalidArgument if it is of something else.
  Result<std::optional<Ranges>> read() const {
    if (!std::filesystem::exists(path_)) return std::optional<Ranges>();
    PARE_TRY(Ranges begun, read_ranges(path_));
    if (begun.source != source_)
      return Error{Code::InvalidArgument, path_, "a journal of another model or other data", "this one's", "Remove it, or leave out --resume"};
    return std::optional(std::move(begun));
  }

  Result<void> between(int64_t done, const std::function<Ranges()>& so_far) {
    const bool stopped = stop_ && *stop_;
    if (!stopped && seconds_since(written_) < kSecondsBetween) return {};
    Ranges ranges = so_far();
    ranges.source = source_;
    PARE_TRY(write_file(path_, to_json(ranges)));
    written_ = std::chrono::steady_clock::now();
    if (!stopped) return {};
    return Error{Code::Internal, "stopped", "a signal came after " + std::to_string(done) + " samples", "", "--resume goes on from there"};
  }

  void remove() const { ::unlink(path_.c_str()); }

 private:
  std::string path_, source_;
  const std::atomic<bool>* stop_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

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

Result<CalibrateReport> calibrate_model(const CalibrateRequest& request, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  CalibrateReport report;
  PARE_TRY(const Loaded source, load(request.model, common));
  PARE_TRY(require_float(source, request.model));
  PARE_TRY(const Model simple, simplify(source.model, !request.keep_interface, nullptr));
  PARE_TRY(const Dataset set, read_dataset(request.data.file));
  PARE_TRY(const std::string hash, source_of(request, source));
  Journal journal(request.output + ".journal", hash, common.stop);
  CalibrationControl control;
  control.between = [&](int64_t done, const std::function<Ranges()>& so_far) { return journal.between(done, so_far); };
  std::optional<Ranges> begun;
  if (request.resume) {
    PARE_TRY(begun, journal.read());
  }
  if (begun) control.begun = &*begun;
  PARE_TRY(report.ranges, ranges_over(simple, set, split_of(request.data), request.data.limit, common, nullptr, control));
  report.ranges.source = hash;
  PARE_TRY(cut(report.ranges, request.ranges));
  PARE_TRY(write_file(request.output, to_json(report.ranges)));
  journal.remove();
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace pare
