#include <algorithm>
#include <map>

#include "jobs/steps.hpp"

namespace pare {
namespace {

struct Pair {
  std::string name;
  TensorId first, second;
};

// Non-constant tensors by name; outputs are paired by their order.
std::vector<Pair> pairs_of(const Model& a, const Model& b, std::vector<std::string>& notes) {
  std::map<std::string, TensorId> ids;
  for (TensorId id = 0; id < static_cast<TensorId>(b.tensors.size()); ++id)
    if (!b.tensor(id).constant()) ids.emplace(b.tensor(id).name, id);
  std::vector<TensorId> order = a.inputs;
  for (const Node& node : a.nodes) order.insert(order.end(), node.out.begin(), node.out.end());
  std::vector<Pair> pairs;
  for (const TensorId id : order) {
    const TensorInfo& t = a.tensor(id);
    const auto output = std::find(a.outputs.begin(), a.outputs.end(), id);
    const auto index = static_cast<size_t>(output - a.outputs.begin());
    auto found = ids.find(t.name);
    if (output != a.outputs.end() && index < b.outputs.size()) pairs.push_back({t.name, id, b.outputs[index]});
    else if (found != ids.end() && b.tensor(found->second).shape == t.shape) pairs.push_back({t.name, id, found->second});
    else if (found != ids.end()) notes.push_back("tensor '" + t.name + "' has two shapes and was not compared");
  }
  return pairs;
}

// Of each pair, and of the first outputs, in one pass.
struct Seen {
  std::vector<Similarity> pairs;
  Likeness outputs;
};
Result<Seen> look(const std::vector<Pair>& pairs, const Program& a, const Program& b, const Samples& samples) {
  PARE_TRY(Runner first, Runner::make(a, samples));
  PARE_TRY(Runner second, Runner::make(b, samples));
  LikenessParts outputs(first.count());
  std::vector<std::vector<Similarity>> parts(static_cast<size_t>(first.count()), std::vector<Similarity>(pairs.size()));
  const auto real = [](const Context& c, TensorId id) { return dequantize(c.tensor(id), c.program().model().tensor(id).encoding); };
  PARE_TRY(for_each_sample(first, samples, [&](int worker, int64_t i, const Sample& sample) -> Result<void> {
    std::vector<std::vector<Tensor>> kept;
    std::vector<Tensor> expected, found;
    PARE_TRY(first.run(worker, sample, [&](size_t, Context& c) -> Result<void> {
      kept.emplace_back();
      for (const Pair& p : pairs) kept.back().push_back(real(c, p.first));
      expected.push_back(real_output(c, 0));
      return {};
    }));
    PARE_TRY(second.run(worker, sample, [&](size_t window, Context& c) -> Result<void> {
      for (size_t k = 0; k < pairs.size(); ++k) {
        const Tensor got = real(c, pairs[k].second);
        if (got.count() != kept[window][k].count())
          return Error{Code::InvalidArgument, "tensor '" + pairs[k].name + "'", to_string(got.shape()), to_string(kept[window][k].shape()), ""};
        parts[static_cast<size_t>(i)][k].add(kept[window][k].view<float>(), got.view<float>());
      }
      found.push_back(real_output(c, 0));
      return {};
    }));
    return outputs.add(i, expected, found);
  }));
  Seen seen{std::vector<Similarity>(pairs.size()), outputs.all()};
  for (const auto& part : parts)
    for (size_t k = 0; k < pairs.size(); ++k) seen.pairs[k].merge(part[k]);
  return seen;
}

// A float model takes the form in which it was quantized, so that its tensors can be told apart by the same names. A QDQ
// model takes the order of axes that other formats have.
Result<Model> alike(const Model& model, const Model& other, bool qdq) {
  if (qdq && other.quantized()) return adjust(model, true, nullptr);
  if (model.quantized() || !other.quantized()) return model;
  return simplify(model, model.tensor(model.inputs[0]).shape != other.tensor(other.inputs[0]).shape, nullptr);
}

// --arithmetic is for the integer model of the two.
Common for_model(const Model& model, Common common) {
  if (!model.quantized()) common.arithmetic.clear();
  return common;
}

}  // namespace

Result<CompareReport> compare(const std::string& first, const std::string& second, const DataUse& data, const Common& common) {
  CompareReport report;
  PARE_TRY(const Loaded one, load(first, common));
  PARE_TRY(const Loaded two, load(second, common));
  if (!common.arithmetic.empty() && !one.model.quantized() && !two.model.quantized())
    return Error{Code::InvalidArgument, first, "a model without integer tensors", "no --arithmetic", ""};
  PARE_TRY(const Model a, alike(one.model, two.model, is_qdq(one.model, first)));
  PARE_TRY(const Model b, alike(two.model, one.model, is_qdq(two.model, second)));
  PARE_TRY(const Program pa, compile_for(a, first, for_model(a, common), true));
  PARE_TRY(const Program pb, compile_for(b, second, for_model(b, common), true));
  PARE_TRY(const Dataset set, read_dataset(data.file));
  PARE_TRY(const Samples samples, samples_of(set, evaluation_split(data), data.limit, "compare", common));
  const std::vector<Pair> pairs = pairs_of(a, b, report.notes);
  PARE_TRY(const Seen seen, look(pairs, pa, pb, samples));
  for (size_t k = 0; k < pairs.size(); ++k) {
    report.tensors.push_back({pairs[k].name, seen.pairs[k], a.tensor(pairs[k].first).encoding, b.tensor(pairs[k].second).encoding});
    if (report.first_difference.empty() && !seen.pairs[k].equal()) report.first_difference = pairs[k].name;
  }
  report.outputs_equal = seen.outputs.outputs_equal;
  report.agreement = seen.outputs.agreement.value();
  return report;
}

}  // namespace pare
