// What a report says of each tensor: the float model's statistics, the grid of codes that the file gives it, and its
// distance from float. All are found by the tensor's name, which passes and formats keep.
#include <algorithm>
#include <cmath>
#include <map>

#include "jobs/make_report.hpp"
#include "jobs/statistics.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

constexpr size_t kDrawnActivations = 4, kDrawnWeights = 4;

// Elements of `weights` whose codes would lie beyond the last one, by each channel's own scale.
double clipped_share(const Tensor& weights, const Encoding& e) {
  const auto axis = static_cast<size_t>(e.axis);
  int64_t inner = 1;
  for (size_t i = axis + 1; i < weights.shape().size(); ++i) inner *= weights.shape()[i];
  const auto channels = static_cast<int64_t>(e.scale.size());
  const auto most = static_cast<double>(code_range(e.type)[1]) + 0.5;
  int64_t clipped = 0, index = 0;
  for (const float w : weights.view<float>()) clipped += std::fabs(w) > most * e.scale_at(index++ / inner % channels);
  return weights.count() > 0 ? static_cast<double>(clipped) / static_cast<double>(weights.count()) : 0;
}

std::optional<Report::Grid> grid_of(const TensorInfo& stored) {
  const Encoding& e = stored.encoding;
  if (!e.affine() || e.scale.empty()) return std::nullopt;
  const auto codes = code_range(e.type);
  const auto first = static_cast<double>(stored.constant() ? -codes[1] : codes[0]), last = static_cast<double>(codes[1]);
  const double step = *std::max_element(e.scale.begin(), e.scale.end()), zero = e.scale.size() == 1 ? e.zero_at(0) : 0;
  return Report::Grid{to_string(e), step * (first - zero), step * (last - zero), step, 0, static_cast<int64_t>(e.scale.size())};
}

Report::Bars bars_of(const Histogram& h) {
  const auto filled = [](int64_t count) { return count != 0; };
  const auto first = std::find_if(h.counts.begin(), h.counts.end(), filled);
  const auto last = std::find_if(h.counts.rbegin(), h.counts.rend(), filled).base();
  if (first == h.counts.end()) return {};
  return {(static_cast<double>(first - h.counts.begin()) - static_cast<double>(Histogram::kHalf)) * h.width(), h.width(), {first, last}};
}

Report::Tensor tensor_of(const TensorStatistics& s) {
  Report::Tensor t{.name = s.name, .kind = s.kind, .op = "", .shape = to_string(s.shape), .min = s.range.min, .max = s.range.max,
                   .mean = s.range.mean, .marks = {}, .bars = bars_of(s.range.histogram), .grid = {}, .loss = {}};
  for (const SigmaRange& r : s.sigmas) t.marks.push_back({r.sigma, r.low, r.high, r.outside});
  return t;
}

/// Everything that is known, by name.
class Known {
 public:
  explicit Known(const ReportParts& parts) {
    for (const TensorInfo& t : parts.shipped->tensors) stored_[t.name] = &t;
    for (const TensorInfo& t : parts.simple->tensors) simple_[t.name] = &t;
    for (const TensorLikeness& l : parts.compared->tensors) likeness_[l.name] = &l.similarity;
    for (TensorStatistics& s : weight_statistics(*parts.simple, parts.sigmas)) statistics_[s.name] = std::move(s);
    for (TensorStatistics& s : activation_statistics(*parts.simple, parts.quantized->ranges, parts.sigmas))
      statistics_[s.name] = std::move(s);
  }

  bool has(const std::string& name) const { return statistics_.contains(name); }

  Report::Tensor tensor(const std::string& name, const std::string& op) const {
    const TensorStatistics& s = statistics_.at(name);
    Report::Tensor t = tensor_of(s);
    t.op = op;
    if (const auto stored = stored_.find(name); stored != stored_.end()) t.grid = grid_of(*stored->second);
    if (t.grid) t.grid->clipped = clipped(s, *t.grid, stored_.at(name)->encoding);
    if (const auto seen = likeness_.find(name); seen != likeness_.end()) t.loss = {seen->second->sqnr_db(), seen->second->cosine()};
    return t;
  }

 private:
  // Values within half a step of the last code are rounded to it, not clipped.
  double clipped(const TensorStatistics& s, const Report::Grid& grid, const Encoding& e) const {
    if (s.kind == "weight") return clipped_share(simple_.at(s.name)->data, e);
    return share_outside(s.range.histogram, grid.low - grid.step / 2, grid.high + grid.step / 2);
  }

  std::map<std::string, const TensorInfo*> stored_, simple_;
  std::map<std::string, const Similarity*> likeness_;
  std::map<std::string, TensorStatistics> statistics_;
};

bool is_float_weight(const TensorInfo& t) { return t.constant() && t.encoding.type == DType::F32 && t.shape.size() > 1; }

// Input and output; of the others those that are farthest from float.
void draw_activations(std::vector<Report::Tensor>& tensors) {
  std::vector<Report::Tensor*> inner;
  for (Report::Tensor& t : tensors)
    if (t.loss && t.kind == "activation") inner.push_back(&t);
  if (!inner.empty()) inner.back()->drawn = true;
  std::stable_sort(inner.begin(), inner.end(), [](const auto* a, const auto* b) { return a->loss->sqnr_db < b->loss->sqnr_db; });
  for (size_t i = 0; i < std::min(kDrawnActivations, inner.size()); ++i) inner[i]->drawn = true;
  for (Report::Tensor& t : tensors) t.drawn = t.drawn || t.kind == "input";
}

// How far the farthest value lies out, in standard deviations: such weights cost the others their steps.
double reach(const Report::Tensor& t) {
  if (t.marks.empty()) return 0;
  const double std = (t.marks[0].high - t.marks[0].low) / (2 * t.marks[0].sigma);
  return std > 0 ? std::max(t.max - t.mean, t.mean - t.min) / std : 0;
}

void draw_weights(std::vector<Report::Tensor>& tensors) {
  std::vector<Report::Tensor*> weights;
  for (Report::Tensor& t : tensors)
    if (t.kind == "weight") weights.push_back(&t);
  std::stable_sort(weights.begin(), weights.end(), [](const auto* a, const auto* b) { return reach(*a) > reach(*b); });
  for (size_t i = 0; i < std::min(kDrawnWeights, weights.size()); ++i) weights[i]->drawn = true;
}

}  // namespace

std::vector<Report::Tensor> report_tensors(const ReportParts& parts) {
  const Known known(parts);
  const Model& model = *parts.simple;
  std::vector<Report::Tensor> all;
  const auto add = [&](TensorId id, std::string_view op) {
    if (id != kNoTensor && known.has(model.tensor(id).name)) all.push_back(known.tensor(model.tensor(id).name, std::string(op)));
  };
  for (const TensorId id : model.inputs) add(id, "input");
  for (const Node& node : model.nodes) {
    for (const TensorId id : node.in)
      if (id != kNoTensor && is_float_weight(model.tensor(id))) add(id, node.op->kind());
    for (const TensorId id : node.out) add(id, node.op->kind());
  }
  draw_activations(all);
  draw_weights(all);
  return all;
}

}  // namespace pare
