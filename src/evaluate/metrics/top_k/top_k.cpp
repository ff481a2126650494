#include "evaluate/metrics/top_k/top_k.hpp"

#include <algorithm>
#include <iterator>

namespace pare {
namespace {

constexpr std::string_view kNames[] = {"top1", "top5"};
constexpr int64_t kCounts[] = {1, 5};

// How many classes stand before `label` in the order of falling score.
int64_t rank_of(size_t label, const std::vector<double>& scores) {
  int64_t rank = 0;
  for (size_t j = 0; j < scores.size(); ++j)
    rank += scores[j] > scores[label] || (j < label && scores[j] == scores[label]);
  return rank;
}

class TopK final : public Metric {
 public:
  TopK(std::string_view name, int64_t k) : name_(name), k_(k) {}
  std::string_view name() const override { return name_; }

  Result<std::vector<double>> record(const Outcome& outcome) const override {
    PARE_TRY(const std::vector<double> scores, class_scores(outcome));
    PARE_TRY(const int64_t label, label_below(outcome, static_cast<int64_t>(scores.size())));
    return std::vector<double>{rank_of(static_cast<size_t>(label), scores) < k_ ? 1.0 : 0.0};
  }

  Result<double> value(std::span<const std::vector<double>> records) const override {
    if (records.empty()) return Error{Code::InvalidArgument, std::string(name_), "no samples", "at least one", ""};
    double hits = 0;
    for (const std::vector<double>& record : records) hits += record[0];
    return hits / static_cast<double>(records.size());
  }

 private:
  std::string_view name_;
  int64_t k_;
};

Result<std::unique_ptr<Metric>> make(const MetricSpec& spec) {
  PARE_TRY(refuse_options(spec));
  const auto row = static_cast<size_t>(std::find(std::begin(kNames), std::end(kNames), spec.name) - std::begin(kNames));
  return std::unique_ptr<Metric>(std::make_unique<TopK>(kNames[row], kCounts[row]));
}

}  // namespace

const MetricFamily top_k_metric{kNames, make};

}  // namespace pare
