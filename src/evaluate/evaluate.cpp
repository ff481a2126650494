// Passes over samples. Each sample's numbers are kept in its own place and put together in the samples' order at the end,
// so that no figure depends on the number of threads.
#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/clock.hpp"
#include "pare/evaluate.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;

// Reals of the first output, one tensor a window.
Result<std::vector<Tensor>> outputs_of(Runner& runner, int worker, const Sample& sample) {
  std::vector<Tensor> outputs;
  PARE_TRY(runner.run(worker, sample, [&](size_t, Context& context) -> Result<void> {
    outputs.push_back(real_output(context, 0));
    return {};
  }));
  return outputs;
}

// Median time of a run on one thread: up to 20 runs on the same input, or 50 ms.
double median_ms(const Program& program) {
  Context context(program);
  context.run();
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  while (times.size() < 3 || (times.size() < 20 && seconds_since(start) < 0.05)) {
    const Clock::time_point before = Clock::now();
    context.run();
    times.push_back(seconds_since(before) * 1000);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

/// A program, and what the metric recorded of it.
class Judged {
 public:
  static Result<Judged> make(const Program& program, const Samples& samples) {
    PARE_TRY(std::unique_ptr<Metric> metric, make_metric(samples.data->metric()));
    PARE_TRY(Runner runner, Runner::make(program, samples));
    return Judged(program, std::move(metric), std::move(runner));
  }
  Runner& runner() { return runner_; }

  Result<void> record(int64_t index, const Sample& sample, std::vector<Tensor> outputs) {
    Outcome outcome{{}, std::move(outputs), sample.label};
    if (metric_->looks_at_inputs()) {
      PARE_TRY(outcome.inputs, runner_.adapter().reals(sample));
    }
    auto numbers = metric_->record(outcome);
    if (!numbers) return numbers.error().at("sample '" + sample.id + "'");
    records_[static_cast<size_t>(index)] = std::move(*numbers);
    return {};
  }

  Result<Evaluation> evaluation(double seconds) const {
    PARE_TRY(const double value, metric_->value(records_));
    return Evaluation{std::string(metric_->name()), value, runner_.count(), seconds, median_ms(program_), runner_.note()};
  }

 private:
  Judged(const Program& program, std::unique_ptr<Metric> metric, Runner runner)
      : program_(program), metric_(std::move(metric)), runner_(std::move(runner)), records_(static_cast<size_t>(runner_.count())) {}

  Program program_;
  std::unique_ptr<Metric> metric_;
  Runner runner_;
  std::vector<std::vector<double>> records_;
};

}  // namespace

Result<double> for_each_sample(Runner& runner, const Samples& samples, const std::function<Result<void>(int, int64_t, const Sample&)>& work) {
  std::atomic<int64_t> done{0};
  const Clock::time_point start = Clock::now();
  PARE_TRY(for_each_index(runner.count(), samples.threads, [&](int worker, int64_t i) -> Result<void> {
    PARE_TRY(const Sample sample, runner.read(worker, i));
    PARE_TRY(work(worker, i, sample));
    if (samples.progress) samples.progress(++done);
    return {};
  }));
  return seconds_since(start);
}

Result<void> LikenessParts::add(int64_t index, const std::vector<Tensor>& reference, const std::vector<Tensor>& other) {
  Likeness& part = parts_[static_cast<size_t>(index)];
  part.outputs_equal = 1;
  for (size_t window = 0; window < other.size(); ++window) {
    const Tensor &want = reference[window], &got = other[window];
    if (got.count() != want.count())
      return Error{Code::InvalidArgument, "outputs", to_string(got.shape()), to_string(want.shape()), ""};
    part.similarity.add(want.view<float>(), got.view<float>());
    part.agreement.add(want.view<float>(), got.view<float>());
    if (want.reshaped(got.shape()) != got) part.outputs_equal = 0;
  }
  return {};
}

Likeness LikenessParts::all() const {
  Likeness all;
  double equal = 0;
  for (const Likeness& part : parts_) {
    all.similarity.merge(part.similarity);
    all.agreement.merge(part.agreement);
    equal += part.outputs_equal;
  }
  all.outputs_equal = parts_.empty() ? 1 : equal / static_cast<double>(parts_.size());
  return all;
}

Result<Evaluation> evaluate(const Program& program, const Samples& samples) {
  PARE_TRY(Judged judged, Judged::make(program, samples));
  PARE_TRY(const double seconds, for_each_sample(judged.runner(), samples, [&](int worker, int64_t i, const Sample& sample) -> Result<void> {
    PARE_TRY(std::vector<Tensor> outputs, outputs_of(judged.runner(), worker, sample));
    return judged.record(i, sample, std::move(outputs));
  }));
  return judged.evaluation(seconds);
}

Result<Likeness> compare_outputs(const Program& reference, const Program& other, const Samples& samples) {
  PARE_TRY(Runner first, Runner::make(reference, samples));
  PARE_TRY(Runner second, Runner::make(other, samples));
  LikenessParts compared(first.count());
  PARE_TRY(for_each_sample(first, samples, [&](int worker, int64_t i, const Sample& sample) -> Result<void> {
    PARE_TRY(const std::vector<Tensor> expected, outputs_of(first, worker, sample));
    PARE_TRY(const std::vector<Tensor> found, outputs_of(second, worker, sample));
    return compared.add(i, expected, found);
  }));
  return compared.all();
}

Result<PairEvaluation> evaluate_pair(const Program& first, const Program& second, const Samples& samples) {
  PARE_TRY(Judged one, Judged::make(first, samples));
  PARE_TRY(Judged other, Judged::make(second, samples));
  LikenessParts compared(one.runner().count());
  PARE_TRY(const double seconds, for_each_sample(one.runner(), samples, [&](int worker, int64_t i, const Sample& sample) -> Result<void> {
    PARE_TRY(std::vector<Tensor> expected, outputs_of(one.runner(), worker, sample));
    PARE_TRY(std::vector<Tensor> found, outputs_of(other.runner(), worker, sample));
    PARE_TRY(compared.add(i, expected, found));
    PARE_TRY(one.record(i, sample, std::move(expected)));
    return other.record(i, sample, std::move(found));
  }));
  PairEvaluation pair;
  PARE_TRY(pair.first, one.evaluation(seconds));
  PARE_TRY(pair.second, other.evaluation(seconds));
  pair.likeness = compared.all();
  return pair;
}

}  // namespace pare
