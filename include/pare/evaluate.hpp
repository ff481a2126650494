// Metrics and similarities: what judges a model's outputs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pare/data.hpp"
#include "pare/run.hpp"

namespace pare {

/// What a model made of one sample. Reals (f32), one entry a window; `outputs` are the model's first output.
struct Outcome {
  std::vector<Tensor> inputs, outputs;
  std::optional<int64_t> label;
};

/// Judges a data set in two steps: a few numbers from each sample, then one value from all of them. So samples may be
/// judged by many threads, and the value does not depend on their order of work.
class Metric {
 public:
  virtual ~Metric() = default;
  virtual std::string_view name() const = 0;
  /// Does `record` look at Outcome::inputs? They are left empty otherwise.
  virtual bool looks_at_inputs() const { return false; }
  /// The numbers of one sample; any thread. Errors: InvalidArgument for a missing label, or one that is no class of the
  /// output; InvalidModel for an output that is not a number. The place (the sample) is left to the caller.
  virtual Result<std::vector<double>> record(const Outcome& outcome) const = 0;
  /// The value of a data set from the records of its samples, in the samples' order.
  /// Errors: InvalidArgument if it is not defined, as AUC with labels of one class only.
  virtual Result<double> value(std::span<const std::vector<double>> records) const = 0;
};

/// Errors: Unsupported for an unknown name; InvalidArgument for options that the metric does not take, or no name at
/// all.
Result<std::unique_ptr<Metric>> make_metric(const MetricSpec& spec);
/// Names of all metrics, from the table.
std::vector<std::string> metric_names();

/// Index of the greatest value, the lowest of equal ones; -1 for none. NaN is never the greatest.
int64_t arg_max(std::span<const float> values);

/// How near `other` (y_q) is to `reference` (y_f), over any number of samples. Sums are kept in double.
class Similarity {
 public:
  /// Takes in one sample; both have the same number of elements.
  void add(std::span<const float> reference, std::span<const float> other);
  /// Takes in what another one saw. Merging parts in the samples' order gives the same bits at any number of threads,
  /// if the parts are the same.
  void merge(const Similarity& other);

  int64_t samples() const { return samples_; }
  /// 10 log10(sum y_f^2 / sum (y_f - y_q)^2) over all elements; infinite if there is no difference. Zero samples:
  /// infinite.
  double sqnr_db() const;
  /// sum y_f y_q / sqrt(sum y_f^2 sum y_q^2) over all elements; 1 if both are all zero, 0 if one is.
  double cosine() const;
  /// Mean over samples of each one's cosine.
  double mean_cosine() const { return mean_cosine_; }
  /// Mean over samples of ||y_f - y_q|| / ||y_f||; 0 for equal ones, infinite if only y_f is zero.
  double relative_error() const { return mean_relative_; }
  /// max |y_f - y_q|
  double max_abs() const { return max_abs_; }
  /// Are all elements equal?
  bool equal() const { return equal_; }

 private:
  int64_t samples_ = 0;
  double reference_squares_ = 0, other_squares_ = 0, products_ = 0, difference_squares_ = 0;
  double mean_cosine_ = 0, mean_relative_ = 0, max_abs_ = 0;
  bool equal_ = true;
};

/// Share of samples whose outputs have the same arg max.
class Agreement {
 public:
  void add(std::span<const float> reference, std::span<const float> other);
  void merge(const Agreement& other);
  int64_t samples() const { return samples_; }
  int64_t agreeing() const { return agreeing_; }
  /// agreeing / samples; 1 for no samples.
  double value() const;

 private:
  int64_t samples_ = 0, agreeing_ = 0;
};

/// Which samples, and how they are worked on.
struct Samples {
  const Dataset* data = nullptr;
  std::string split = "evaluation";
  int64_t limit = -1;
  int threads = 1;
  std::function<void(int64_t)> progress;  ///< called with the number done, from any thread; may be empty
  const std::atomic<bool>* stop = nullptr;  ///< becomes true when the pass is to end with an error; may be null
};

/// Errors: Internal if `stop` is set.
Result<void> unless_stopped(const std::atomic<bool>* stop);

/// A dataset's samples as a program's input, with one cursor and one Context a thread.
class Runner {
 public:
  /// Errors: the dataset's; InvalidArgument if samples do not fit the program's first input.
  static Result<Runner> make(const Program& program, const Samples& samples);

  int64_t count() const { return count_; }
  const std::string& note() const { return adapter_->note(); }
  Result<Sample> read(int worker, int64_t index) { return workers_[static_cast<size_t>(worker)].source->read(index); }
  /// Runs all windows of `sample` on worker `worker`, calling `see` after each run with the window's number and the
  /// Context. Errors: the sample's.
  Result<void> run(int worker, const Sample& sample, const std::function<Result<void>(size_t, Context&)>& see);
  /// The same for sample number `index`.
  Result<void> run(int worker, int64_t index, const std::function<Result<void>(size_t, Context&)>& see);
  const InputAdapter& adapter() const { return *adapter_; }

 private:
  struct Worker {
    std::unique_ptr<SampleSource> source;
    std::unique_ptr<Context> context;
  };
  std::optional<InputAdapter> adapter_;
  std::vector<Worker> workers_;
  int64_t count_ = 0;
  const std::atomic<bool>* stop_ = nullptr;
};

/// Calls `work` (worker, index, sample) for every sample that `runner` reads, from samples.threads threads, tells
/// progress, and returns the pass's wall time in seconds. Errors: the sample's, and `work`'s.
Result<double> for_each_sample(Runner& runner, const Samples& samples,
                               const std::function<Result<void>(int, int64_t, const Sample&)>& work);

/// One output tensor's reals: dequantized if it is integer.
Tensor real_output(const Context& context, size_t index);

/// The dataset's metric over a split.
struct Evaluation {
  std::string metric;
  double value = 0;
  int64_t count = 0;
  double seconds = 0;       ///< wall time of the whole pass
  double ms_per_sample = 0; ///< median time of one run on its thread, without reading
  std::string note;         ///< the adapter's
};
Result<Evaluation> evaluate(const Program& program, const Samples& samples);

/// How the outputs of `other` differ from those of `reference` on the same samples.
struct Likeness {
  Similarity similarity;
  Agreement agreement;
  double outputs_equal = 0;  ///< share of samples whose outputs are equal
};
/// A Likeness from samples that may come in any order, by many threads.
class LikenessParts {
 public:
  explicit LikenessParts(int64_t samples) : parts_(static_cast<size_t>(samples)) {}
  /// The first outputs' reals for sample number `index`, one tensor a window. Errors: InvalidArgument if they differ in
  /// their number of elements.
  Result<void> add(int64_t index, const std::vector<Tensor>& reference, const std::vector<Tensor>& other);
  /// All samples, put together in their order.
  Likeness all() const;

 private:
  std::vector<Likeness> parts_;
};
Result<Likeness> compare_outputs(const Program& reference, const Program& other, const Samples& samples);

/// evaluate() of two programs and compare_outputs() of them, in one pass: each sample is read once, and each program runs
/// once on it. The figures are those of three passes, bit for bit; `seconds` is the common pass's in both.
struct PairEvaluation {
  Evaluation first, second;
  Likeness likeness;
};
Result<PairEvaluation> evaluate_pair(const Program& first, const Program& second, const Samples& samples);

}  // namespace pare
