#include "evaluate/metrics/reconstruction_auc/reconstruction_auc.hpp"

#include <fmt/format.h>

#include <cmath>

#include "evaluate/metrics/auc/auc.hpp"

namespace pare {
namespace {

constexpr std::string_view kNames[] = {"reconstruction_auc"};

Result<double> mean_square(const Tensor& input, const Tensor& output) {
  if (input.count() != output.count())
    return Error{Code::InvalidArgument, "", "an output of shape " + to_string(output.shape()),
                 "as many elements as the input, " + to_string(input.shape()), ""};
  const auto x = input.view<float>();
  const auto y = output.view<float>();
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += (static_cast<double>(y[i]) - x[i]) * (static_cast<double>(y[i]) - x[i]);
  if (std::isnan(sum)) return Error{Code::InvalidModel, "", "an output that is not a number (NaN)", "numbers", ""};
  return sum / static_cast<double>(x.size());
}

class ReconstructionAuc final : public Metric {
 public:
  std::string_view name() const override { return kNames[0]; }
  bool looks_at_inputs() const override { return true; }

  Result<std::vector<double>> record(const Outcome& outcome) const override {
    PARE_ASSERT(!outcome.outputs.empty() && outcome.inputs.size() == outcome.outputs.size());
    PARE_TRY(const int64_t label, label_below(outcome, 2));
    double sum = 0;
    for (size_t i = 0; i < outcome.outputs.size(); ++i) {
      PARE_TRY(const double error, mean_square(outcome.inputs[i], outcome.outputs[i]));
      sum += error;
    }
    return std::vector<double>{static_cast<double>(label), sum / static_cast<double>(outcome.outputs.size())};
  }

  Result<double> value(std::span<const std::vector<double>> records) const override {
    std::vector<double> scores;
    std::vector<bool> anomalous;
    for (const std::vector<double>& record : records) {
      scores.push_back(record[1]);
      anomalous.push_back(record[0] == 1);
    }
    return area_under_roc(scores, anomalous);
  }
};

Result<std::unique_ptr<Metric>> make(const MetricSpec& spec) {
  PARE_TRY(refuse_options(spec));
  return std::unique_ptr<Metric>(std::make_unique<ReconstructionAuc>());
}

}  // namespace

const MetricFamily reconstruction_auc_metric{kNames, make};

}  // namespace pare
