// Calibration: one streaming pass. Each worker keeps extremes and a histogram, whose merged result does not depend on
// the order; sums are kept a sample and added in the order of samples, so that means are the same for any number of
// threads. Samples are handed out in rounds, which bounds the memory for those sums.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compress/ranges/moments.hpp"
#include "pare/run.hpp"

namespace pare {
namespace {

struct Sums {
  double sum = 0, squares = 0;
};

/// What one worker saw of one tensor.
struct Seen {
  float min = std::numeric_limits<float>::infinity(), max = -std::numeric_limits<float>::infinity();
  int64_t count = 0;
  Histogram histogram;
};

class Calibrator {
 public:
  Calibrator(Program program, int threads, const Feed& feed) : program_(std::move(program)), feed_(feed) {
    const Model& model = program_.model();
    for (size_t i = 0; i < model.tensors.size(); ++i)
      if (watched(model.tensors[i])) tensors_.push_back(static_cast<TensorId>(i));
    for (int i = 0; i < threads; ++i) {
      contexts_.emplace_back(program_);
      seen_.emplace_back(tensors_.size());
    }
    totals_.resize(tensors_.size());
  }

  // Takes up what another calibration of the same model saw.
  Result<void> go_on(const Ranges& begun) {
    for (size_t i = 0; i < tensors_.size(); ++i) {
      const auto found = begun.tensors.find(name_of(i));
      if (found == begun.tensors.end())
        return Error{Code::InvalidArgument, "ranges", "no range of tensor '" + name_of(i) + "'", "ranges of this model", ""};
      const Range& range = found->second;
      seen_[0][i] = {static_cast<float>(range.min), static_cast<float>(range.max), range.count, range.histogram};
      totals_[i] = {range.sum, range.squares};
    }
    first_ = begun.samples;
    return {};
  }

  Result<Ranges> run(int64_t count, const CalibrationControl& control) {
    if (first_ > count)
      return Error{Code::InvalidArgument, "ranges", fmt::format("{} samples begun", first_), fmt::format("at most the {} to see", count), ""};
    const int64_t round = kRound * static_cast<int64_t>(contexts_.size());
    Team team(static_cast<int>(contexts_.size()));
    for (int64_t first = first_; first < count; first += round) {
      const int64_t size = std::min(round, count - first);
      sums_.assign(static_cast<size_t>(size) * tensors_.size(), Sums{});
      PARE_TRY(team.for_each_index(
          size, [&](int worker, int64_t i) { return sample(worker, first + i, static_cast<size_t>(i)); }));
      add_up(static_cast<size_t>(size));
      if (control.between) {
        PARE_TRY(control.between(first + size, [&] { return result(first + size); }));
      }
    }
    return result(count);
  }

 private:
  static constexpr int64_t kRound = 16;

  static bool watched(const TensorInfo& t) { return !t.constant() && (t.encoding.type == DType::F32 || t.encoding.affine()); }

  // The tensor's reals; `holder` keeps those of codes.
  std::span<const float> reals(const Context& context, TensorId id, Tensor& holder) const {
    const Encoding& encoding = program_.model().tensor(id).encoding;
    if (!encoding.affine()) return context.floats(id);
    holder = dequantize(context.tensor(id), encoding);
    return holder.view<float>();
  }

  Result<void> sample(int worker, int64_t index, size_t slot) {
    PARE_TRY(const std::vector<std::vector<Tensor>> windows, feed_(worker, index));
    Context& context = contexts_[static_cast<size_t>(worker)];
    for (const std::vector<Tensor>& inputs : windows) {
      for (size_t i = 0; i < inputs.size(); ++i) context.set_input(i, inputs[i]);
      context.run();
      PARE_TRY(look(worker, slot));
    }
    return {};
  }

  Result<void> look(int worker, size_t slot) {
    for (size_t i = 0; i < tensors_.size(); ++i) {
      Tensor holder;
      const std::span<const float> values = reals(contexts_[static_cast<size_t>(worker)], tensors_[i], holder);
      Seen& seen = seen_[static_cast<size_t>(worker)][i];
      const Moments m = moments_of(values);
      if (!std::isfinite(m.squares))
        return Error{Code::InvalidModel, fmt::format("tensor '{}'", name_of(i)),
                     "a value that is not finite", "finite numbers", ""};
      seen.min = std::min(seen.min, m.min);
      seen.max = std::max(seen.max, m.max);
      seen.count += static_cast<int64_t>(values.size());
      seen.histogram.add(values, std::max(-m.min, m.max));
      Sums& mine = sums_[slot * tensors_.size() + i];
      mine.sum += m.sum;
      mine.squares += m.squares;
    }
    return {};
  }

  void add_up(size_t size) {
    for (size_t slot = 0; slot < size; ++slot)
      for (size_t i = 0; i < tensors_.size(); ++i) {
        totals_[i].sum += sums_[slot * tensors_.size() + i].sum;
        totals_[i].squares += sums_[slot * tensors_.size() + i].squares;
      }
  }

  Ranges result(int64_t count) const {
    Ranges ranges;
    ranges.samples = count;
    for (size_t i = 0; i < tensors_.size(); ++i)
      ranges.tensors[name_of(i)] = merged(i);
    return ranges;
  }

  const std::string& name_of(size_t i) const { return program_.model().tensor(tensors_[i]).name; }

  Range merged(size_t i) const {
    Range range;
    range.min = std::numeric_limits<double>::infinity();
    range.max = -range.min;
    for (const std::vector<Seen>& worker : seen_) {
      range.min = std::min(range.min, static_cast<double>(worker[i].min));
      range.max = std::max(range.max, static_cast<double>(worker[i].max));
      range.count += worker[i].count;
      range.histogram.merge(worker[i].histogram);
    }
    const auto n = static_cast<double>(std::max<int64_t>(range.count, 1));
    range.sum = totals_[i].sum;
    range.squares = totals_[i].squares;
    range.mean = totals_[i].sum / n;
    range.std = std::sqrt(std::max(0.0, totals_[i].squares / n - range.mean * range.mean));
    return range;
  }

  Program program_;
  const Feed& feed_;
  std::vector<TensorId> tensors_;
  std::vector<Context> contexts_;
  std::vector<std::vector<Seen>> seen_;
  std::vector<Sums> sums_, totals_;
  int64_t first_ = 0;
};

}  // namespace

Result<Ranges> calibrate(const Model& model, int64_t count, int threads, const Feed& feed, const CalibrationControl& control) {
  if (count < 1) return Error{Code::InvalidArgument, "calibration", "no samples", "at least 1", ""};
  PARE_TRY(Program program, Program::compile(model, {.arithmetic = control.arithmetic, .keep_all = true}));
  Calibrator calibrator(std::move(program), threads, feed);
  if (control.begun) {
    PARE_TRY(calibrator.go_on(*control.begun));
  }
  return calibrator.run(count, control);
}

Range range_of(std::span<const float> values, bool histogram) {
  Range range;
  if (values.empty()) return range;
  const Moments m = moments_of(values);
  const auto n = static_cast<double>(values.size());
  range.min = m.min;
  range.max = m.max;
  range.count = static_cast<int64_t>(values.size());
  range.mean = m.sum / n;
  range.std = std::sqrt(std::max(0.0, m.squares / n - range.mean * range.mean));
  if (histogram) range.histogram.add(values, std::max(-m.min, m.max));
  return range;
}

}  // namespace pare
