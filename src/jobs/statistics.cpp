#include "jobs/statistics.hpp"

#include <algorithm>

namespace pare {

double share_outside(const Histogram& histogram, double low, double high) {
  const double width = histogram.width();
  double inside = 0, all = 0;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    const double begin = (static_cast<double>(i) - static_cast<double>(Histogram::kHalf)) * width;
    const double covered = std::clamp((std::min(begin + width, high) - std::max(begin, low)) / width, 0.0, 1.0);
    inside += covered * static_cast<double>(histogram.counts[i]);
    all += static_cast<double>(histogram.counts[i]);
  }
  return all > 0 ? 1 - inside / all : 0;
}

namespace {

double share_outside(std::span<const float> values, double low, double high) {
  const auto out = std::count_if(values.begin(), values.end(), [&](float v) { return v < low || v > high; });
  return values.empty() ? 0 : static_cast<double>(out) / static_cast<double>(values.size());
}

void add_sigmas(TensorStatistics& t, const std::vector<double>& sigmas, const std::function<double(double, double)>& outside) {
  for (const double n : sigmas) {
    const double low = t.range.mean - n * t.range.std, high = t.range.mean + n * t.range.std;
    t.sigmas.push_back({n, low, high, outside(low, high)});
  }
}

bool is_weight(const Model& model, TensorId id) {
  const TensorInfo& t = model.tensor(id);
  if (!t.constant() || t.encoding.type == DType::I64) return false;
  const bool plain_integer = !t.encoding.affine() && t.encoding.type != DType::F32 && t.encoding.type != DType::F16;
  return !plain_integer && !model.consumers(id).empty();
}

}  // namespace

std::vector<TensorStatistics> weight_statistics(const Model& model, const std::vector<double>& sigmas) {
  std::vector<TensorStatistics> all;
  for (TensorId id = 0; id < static_cast<TensorId>(model.tensors.size()); ++id) {
    if (!is_weight(model, id)) continue;
    const TensorInfo& info = model.tensor(id);
    const Tensor reals = dequantize(info.data, info.encoding);
    TensorStatistics t{info.name, "weight", info.shape, range_of(reals.view<float>(), true), {}};
    add_sigmas(t, sigmas, [&](double low, double high) { return share_outside(reals.view<float>(), low, high); });
    all.push_back(std::move(t));
  }
  return all;
}

std::vector<TensorStatistics> activation_statistics(const Model& model, const Ranges& ranges, const std::vector<double>& sigmas) {
  std::vector<TensorStatistics> all;
  for (TensorId id = 0; id < static_cast<TensorId>(model.tensors.size()); ++id) {
    const TensorInfo& info = model.tensor(id);
    const auto found = ranges.tensors.find(info.name);
    if (info.constant() || found == ranges.tensors.end()) continue;
    const bool input = std::find(model.inputs.begin(), model.inputs.end(), id) != model.inputs.end();
    TensorStatistics t{info.name, input ? "input" : "activation", info.shape, found->second, {}};
    add_sigmas(t, sigmas, [&](double low, double high) { return share_outside(t.range.histogram, low, high); });
    all.push_back(std::move(t));
  }
  return all;
}

}  // namespace pare
