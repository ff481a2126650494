#include "jobs/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

namespace pare {

std::string first_difference(const std::string& name, const Tensor& expected, const Tensor& found) {
  if (expected.type() != found.type() || expected.count() != found.count())
    return fmt::format("tensor '{}': {} {} instead of {} {}", name, name_of(found.type()), to_string(found.shape()),
                       name_of(expected.type()), to_string(expected.shape()));
  const auto [a, b] = std::mismatch(expected.data(), expected.data() + expected.byte_count(), found.data());
  if (a == expected.data() + expected.byte_count()) return "";
  return fmt::format("tensor '{}': element {}", name, (a - expected.data()) / bytes_of(expected.type()));
}

namespace {

std::string first_difference(const TensorInfo& expected, const TensorInfo& found) {
  const Encoding &a = expected.encoding, &b = found.encoding;
  if (a.type != b.type) return fmt::format("tensor '{}': {} instead of {}", found.name, to_string(b), to_string(a));
  if (a.scale != b.scale) return fmt::format("tensor '{}': scale", found.name);
  if (a.zero_point != b.zero_point) return fmt::format("tensor '{}': zero point", found.name);
  if (expected.constant() != found.constant()) return fmt::format("tensor '{}': a constant in one of both", found.name);
  return found.constant() ? first_difference(found.name, expected.data, found.data) : "";
}

// By name; the first of tensors that share one.
std::map<std::string, const TensorInfo*> by_name(const Model& model) {
  std::map<std::string, const TensorInfo*> names;
  for (const TensorInfo& t : model.tensors) names.emplace(t.name, &t);
  return names;
}

}  // namespace

Difference compare_models(const Model& expected, const Model& model) {
  const auto names = by_name(expected);
  Difference d{0, static_cast<int64_t>(model.tensors.size()), ""};
  for (const TensorInfo& t : model.tensors) {
    const auto found = names.find(t.name);
    d.first = found == names.end() ? fmt::format("tensor '{}': not in the plan's model", t.name) : first_difference(*found->second, t);
    if (!d.first.empty()) return d;
  }
  if (names.size() != by_name(model).size()) d.first = fmt::format("{} tensors instead of {}", by_name(model).size(), names.size());
  return d;
}

std::vector<TensorPair> output_pairs(const Model& first, const Model& second) {
  std::vector<TensorPair> pairs;
  for (size_t i = 0; i < std::min(first.outputs.size(), second.outputs.size()); ++i)
    pairs.push_back({first.outputs[i], second.outputs[i], second.tensor(second.outputs[i]).name});
  return pairs;
}

std::vector<TensorPair> all_pairs(const Model& model) {
  std::vector<TensorPair> pairs;
  for (const Node& node : model.nodes)
    for (const TensorId id : node.out) pairs.push_back({id, id, model.tensor(id).name});
  return pairs;
}

namespace {

/// The difference of the lowest sample, from any thread.
class Lowest {
 public:
  void add(int64_t sample, std::string what) {
    const std::lock_guard lock(mutex_);
    if (sample_ >= 0 && sample_ <= sample) return;
    sample_ = sample;
    what_ = std::move(what);
  }
  std::string text() const { return sample_ < 0 ? "" : fmt::format("sample {}, {}", sample_, what_); }

 private:
  std::mutex mutex_;
  int64_t sample_ = -1;
  std::string what_;
};

using Windows = std::vector<std::vector<Tensor>>;

Result<Windows> run_one(Runner& runner, int worker, int64_t index, const std::vector<TensorPair>& pairs, TensorId TensorPair::*side) {
  Windows windows;
  PARE_TRY(runner.run(worker, index, [&](size_t, Context& context) -> Result<void> {
    std::vector<Tensor>& tensors = windows.emplace_back();
    for (const TensorPair& pair : pairs) tensors.push_back(context.tensor(pair.*side));
    return {};
  }));
  return windows;
}

std::string first_difference(const std::vector<TensorPair>& pairs, const Windows& expected, const Windows& found) {
  for (size_t w = 0; w < expected.size(); ++w)
    for (size_t i = 0; i < pairs.size(); ++i) {
      std::string text = first_difference(pairs[i].name, expected[w][i], found[w][i]);
      if (!text.empty()) return text;
    }
  return "";
}

}  // namespace

Result<Difference> compare_runs(const Program& first, const Program& second, const std::vector<TensorPair>& pairs,
                                const Samples& samples) {
  PARE_TRY(Runner one, Runner::make(first, samples));
  PARE_TRY(Runner other, Runner::make(second, samples));
  Lowest lowest;
  PARE_TRY(for_each_index(one.count(), samples.threads, [&](int worker, int64_t i) -> Result<void> {
    PARE_TRY(const Windows a, run_one(one, worker, i, pairs, &TensorPair::first));
    PARE_TRY(const Windows b, run_one(other, worker, i, pairs, &TensorPair::second));
    std::string text = first_difference(pairs, a, b);
    if (!text.empty()) lowest.add(i, std::move(text));
    return {};
  }));
  return Difference{one.count(), static_cast<int64_t>(pairs.size()), lowest.text()};
}

}  // namespace pare
