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

Result<Windows> run_one(Runner& runner, int worker, const Sample& sample, const std::vector<TensorId>& ids) {
  Windows windows;
  PARE_TRY(runner.run(worker, sample, [&](size_t, Context& context) -> Result<void> {
    std::vector<Tensor>& tensors = windows.emplace_back();
    for (const TensorId id : ids) tensors.push_back(context.tensor(id));
    return {};
  }));
  return windows;
}

/// One contender at work; its tensors begin at `offset` of those that the reference keeps.
struct Side {
  const Contender& contender;
  Runner runner;
  std::vector<TensorId> ids;
  size_t offset;

  std::string first_difference(const Windows& expected, const Windows& found) const {
    for (size_t w = 0; w < expected.size(); ++w)
      for (size_t i = 0; i < ids.size(); ++i) {
        std::string text = pare::first_difference(contender.pairs[i].name, expected[w][offset + i], found[w][i]);
        if (!text.empty()) return text;
      }
    return "";
  }
};

}  // namespace

Result<std::vector<Difference>> compare_runs(const Program& reference, std::span<const Contender> contenders, const Samples& samples) {
  PARE_TRY(Runner runner, Runner::make(reference, samples));
  std::vector<TensorId> kept;
  std::vector<Side> sides;
  for (const Contender& contender : contenders) {
    PARE_TRY(Runner beside, Runner::make(contender.program, samples));
    Side side{contender, std::move(beside), {}, kept.size()};
    for (const TensorPair& pair : contender.pairs) {
      kept.push_back(pair.first);
      side.ids.push_back(pair.second);
    }
    sides.push_back(std::move(side));
  }
  std::vector<Lowest> lowest(sides.size());
  PARE_TRY(for_each_index(runner.count(), samples.threads, [&](int worker, int64_t i) -> Result<void> {
    PARE_TRY(const Sample sample, runner.read(worker, i));
    PARE_TRY(const Windows expected, run_one(runner, worker, sample, kept));
    for (size_t k = 0; k < sides.size(); ++k) {
      PARE_TRY(const Windows found, run_one(sides[k].runner, worker, sample, sides[k].ids));
      std::string text = sides[k].first_difference(expected, found);
      if (!text.empty()) lowest[k].add(i, std::move(text));
    }
    return {};
  }));
  std::vector<Difference> all;
  for (size_t k = 0; k < sides.size(); ++k)
    all.push_back({runner.count(), static_cast<int64_t>(sides[k].ids.size()), lowest[k].text()});
  return all;
}

}  // namespace pare
