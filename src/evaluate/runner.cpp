#include <algorithm>

#include "pare/evaluate.hpp"

namespace pare {

Result<void> unless_stopped(const std::atomic<bool>* stop) {
  if (stop && *stop) return Error{Code::Internal, "stopped", "a signal came", "", "Nothing was written"};
  return {};
}

Result<Runner> Runner::make(const Program& program, const Samples& samples) {
  const Model& model = program.model();
  if (model.inputs.size() != 1)
    return Error{Code::Unsupported, "model '" + model.name + "'", std::to_string(model.inputs.size()) + " inputs", "1 with a dataset", ""};
  PARE_TRY(std::unique_ptr<SampleSource> source, samples.data->open(samples.split, samples.limit));
  PARE_TRY(InputAdapter adapter, InputAdapter::match(*samples.data, model.tensor(model.inputs[0]), program.arithmetic()));
  Runner runner;
  runner.adapter_ = std::move(adapter);
  runner.count_ = source->count();
  runner.stop_ = samples.stop;
  for (int i = 0; i < std::max(samples.threads, 1); ++i)
    runner.workers_.push_back({source->clone(), std::make_unique<Context>(program)});
  return runner;
}

Result<void> Runner::run(int worker, const Sample& sample, const std::function<Result<void>(size_t, Context&)>& see) {
  PARE_TRY(unless_stopped(stop_));
  auto windows = adapter_->adapt(sample);
  if (!windows) return windows.error().at("sample '" + sample.id + "'");
  Context& context = *workers_[static_cast<size_t>(worker)].context;
  for (size_t i = 0; i < windows->size(); ++i) {
    context.set_input(0, (*windows)[i]);
    context.run();
    PARE_TRY(see(i, context));
  }
  return {};
}

Result<void> Runner::run(int worker, int64_t index, const std::function<Result<void>(size_t, Context&)>& see) {
  PARE_TRY(const Sample sample, read(worker, index));
  return run(worker, sample, see);
}

Tensor real_output(const Context& context, size_t index) {
  const Model& model = context.program().model();
  return dequantize(context.output_tensor(index), model.tensor(model.outputs[index]).encoding);
}

}  // namespace pare
