#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "pare/evaluate.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Counts finished samples and tells whoever listens.
class Progress {
 public:
  explicit Progress(const Samples& samples) : tell_(samples.progress) {}
  void done() {
    const int64_t count = ++count_;
    if (tell_) tell_(count);
  }

 private:
  const std::function<void(int64_t)>& tell_;
  std::atomic<int64_t> count_{0};
};

}  // namespace

Result<Runner> Runner::make(const Program& program, const Samples& samples) {
  const Model& model = program.model();
  if (model.inputs.size() != 1)
    return Error{Code::Unsupported, "model '" + model.name + "'", std::to_string(model.inputs.size()) + " inputs", "1 with a dataset", ""};
  PARE_TRY(std::unique_ptr<SampleSource> source, samples.data->open(samples.split, samples.limit));
  PARE_TRY(InputAdapter adapter, InputAdapter::match(*samples.data, model.tensor(model.inputs[0]), program.arithmetic()));
  Runner runner;
  runner.adapter_ = std::move(adapter);
  runner.count_ = source->count();
  for (int i = 0; i < std::max(samples.threads, 1); ++i)
    runner.workers_.push_back({source->clone(), std::make_unique<Context>(program), {}});
  return runner;
}

Result<void> Runner::run(int worker, int64_t index, const std::function<Result<void>(size_t, Context&)>& see) {
  Worker& mine = workers_[static_cast<size_t>(worker)];
  PARE_TRY(mine.sample, mine.source->read(index));
  auto windows = adapter_->adapt(mine.sample);
  if (!windows) return windows.error().at("sample '" + mine.sample.id + "'");
  for (size_t i = 0; i < windows->size(); ++i) {
    mine.context->set_input(0, (*windows)[i]);
    mine.context->run();
    PARE_TRY(see(i, *mine.context));
  }
  return {};
}

Tensor real_output(const Context& context, size_t index) {
  const Model& model = context.program().model();
  return dequantize(context.output_tensor(index), model.tensor(model.outputs[index]).encoding);
}

namespace {

// One sample's outcome, and the time of each of its runs.
Result<std::vector<double>> record(Runner& runner, const Metric& metric, int worker, int64_t index) {
  Outcome outcome;
  PARE_TRY(runner.run(worker, index, [&](size_t, Context& context) -> Result<void> {
    outcome.outputs.push_back(real_output(context, 0));
    return {};
  }));
  const Sample& sample = runner.sample(worker);
  PARE_TRY(outcome.inputs, runner.adapter().reals(sample));
  outcome.label = sample.label;
  auto numbers = metric.record(outcome);
  if (!numbers) return numbers.error().at("sample '" + sample.id + "'");
  return numbers;
}

// Median time of a run on one thread: the last input again, 20 times or for 50 ms.
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

}  // namespace

Result<Evaluation> evaluate(const Program& program, const Samples& samples) {
  PARE_TRY(const std::unique_ptr<Metric> metric, make_metric(samples.data->metric()));
  PARE_TRY(Runner runner, Runner::make(program, samples));
  std::vector<std::vector<double>> records(static_cast<size_t>(runner.count()));
  Progress progress(samples);
  const Clock::time_point start = Clock::now();
  PARE_TRY(for_each_index(runner.count(), samples.threads, [&](int worker, int64_t i) -> Result<void> {
    PARE_TRY(records[static_cast<size_t>(i)], record(runner, *metric, worker, i));
    progress.done();
    return {};
  }));
  const double seconds = seconds_since(start);
  PARE_TRY(const double value, metric->value(records));
  return Evaluation{std::string(metric->name()), value, runner.count(), seconds, median_ms(program), runner.note()};
}

Result<Likeness> compare_outputs(const Program& reference, const Program& other, const Samples& samples) {
  PARE_TRY(Runner first, Runner::make(reference, samples));
  PARE_TRY(Runner second, Runner::make(other, samples));
  struct One {
    Likeness seen;
    bool equal = true;
  };
  std::vector<One> parts(static_cast<size_t>(first.count()));
  Progress progress(samples);
  PARE_TRY(for_each_index(first.count(), samples.threads, [&](int worker, int64_t i) -> Result<void> {
    One& part = parts[static_cast<size_t>(i)];
    std::vector<Tensor> expected;
    const auto keep = [&](size_t, Context& context) -> Result<void> {
      expected.push_back(real_output(context, 0));
      return {};
    };
    PARE_TRY(first.run(worker, i, keep));
    PARE_TRY(second.run(worker, i, [&](size_t window, Context& context) -> Result<void> {
      const Tensor got = real_output(context, 0), &want = expected[window];
      if (got.count() != want.count())
        return Error{Code::InvalidArgument, "outputs", to_string(got.shape()), to_string(want.shape()), ""};
      part.seen.similarity.add(want.view<float>(), got.view<float>());
      part.seen.agreement.add(want.view<float>(), got.view<float>());
      part.equal = part.equal && want.reshaped(got.shape()) == got;
      return {};
    }));
    progress.done();
    return {};
  }));
  Likeness all;
  int64_t equal = 0;
  for (const One& part : parts) {
    all.similarity.merge(part.seen.similarity);
    all.agreement.merge(part.seen.agreement);
    equal += part.equal ? 1 : 0;
  }
  all.outputs_equal = parts.empty() ? 1 : static_cast<double>(equal) / static_cast<double>(parts.size());
  return all;
}

}  // namespace pare
