#include "evaluate/metrics/auc/auc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pare {
namespace {

constexpr std::string_view kNames[] = {"auc"};

std::vector<size_t> by_rising_score(std::span<const double> scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  return order;
}

// Sum of the positive samples' ranks (from 1); equal scores share the mean of the ranks begin + 1 .. end.
double rank_sum(std::span<const double> scores, const std::vector<bool>& positive) {
  const std::vector<size_t> order = by_rising_score(scores);
  double sum = 0;
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    int64_t found = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) found += positive[order[end]];
    sum += static_cast<double>(found) * (static_cast<double>(begin + 1 + end) / 2);
  }
  return sum;
}

using Records = std::span<const std::vector<double>>;

// A record is the label, then one score a class (a single one is class 1's).
Result<double> one_against_rest(Records records, size_t label, size_t column) {
  std::vector<double> scores;
  std::vector<bool> positive;
  for (const std::vector<double>& record : records) {
    scores.push_back(record[column]);
    positive.push_back(record[0] == static_cast<double>(label));
  }
  return area_under_roc(scores, positive);
}

bool occurs(Records records, size_t label) {
  return std::any_of(records.begin(), records.end(), [&](const auto& r) { return r[0] == static_cast<double>(label); });
}

Result<double> mean_over_classes(Records records, size_t classes) {
  double sum = 0, count = 0;
  for (size_t label = 0; label < classes; ++label) {
    if (!occurs(records, label)) continue;
    PARE_TRY(const double area, one_against_rest(records, label, label + 1));
    sum += area;
    ++count;
  }
  return sum / count;
}

class Auc final : public Metric {
 public:
  std::string_view name() const override { return kNames[0]; }

  Result<std::vector<double>> record(const Outcome& outcome) const override {
    PARE_TRY(std::vector<double> numbers, class_scores(outcome));
    PARE_TRY(const int64_t label, label_below(outcome, std::max<int64_t>(2, static_cast<int64_t>(numbers.size()))));
    numbers.insert(numbers.begin(), static_cast<double>(label));
    return numbers;
  }

  Result<double> value(Records records) const override {
    if (records.empty()) return Error{Code::InvalidArgument, "auc", "no samples", "at least two", ""};
    const size_t scores = records.front().size() - 1;
    return scores <= 2 ? one_against_rest(records, 1, scores) : mean_over_classes(records, scores);
  }
};

Result<std::unique_ptr<Metric>> make(const MetricSpec& spec) {
  PARE_TRY(refuse_options(spec));
  return std::unique_ptr<Metric>(std::make_unique<Auc>());
}

}  // namespace

Result<double> area_under_roc(std::span<const double> scores, const std::vector<bool>& positive) {
  const auto found = static_cast<double>(std::count(positive.begin(), positive.end(), true));
  const double rest = static_cast<double>(scores.size()) - found;
  if (found == 0 || rest == 0)
    return Error{Code::InvalidArgument, "auc", fmt::format("{} positive and {} negative samples", found, rest),
                 "at least one of each", ""};
  return (rank_sum(scores, positive) - found * (found + 1) / 2) / (found * rest);
}

const MetricFamily auc_metric{kNames, make};

}  // namespace pare
