#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

Json histogram_json(const Histogram& h) {
  if (h.counts.empty()) return nullptr;
  size_t first = 0, last = h.counts.size();
  while (first < last && h.counts[first] == 0) ++first;
  while (last > first && h.counts[last - 1] == 0) --last;
  const double begin = (static_cast<double>(first) - static_cast<double>(Histogram::kHalf)) * h.width();
  return {{"low", begin}, {"width", h.width()},
          {"counts", std::vector<int64_t>(h.counts.begin() + static_cast<ptrdiff_t>(first), h.counts.begin() + static_cast<ptrdiff_t>(last))}};
}

Json tensor_json(const TensorStatistics& t) {
  Json sigma = Json::object(), outside = Json::object();
  for (const SigmaRange& s : t.sigmas) {
    sigma[fmt::format("{:g}", s.sigma)] = {s.low, s.high};
    outside[fmt::format("{:g}", s.sigma)] = s.outside;
  }
  return {{"name", t.name}, {"kind", t.kind}, {"shape", t.shape}, {"min", t.range.min}, {"max", t.range.max}, {"mean", t.range.mean},
          {"std", t.range.std}, {"sigma", sigma}, {"outside", outside}, {"histogram", histogram_json(t.range.histogram)}};
}

Json to_report(const Inspection& r) {
  Json layers = Json::array(), tensors = Json::array();
  for (const LayerInfo& l : r.layers)
    layers.push_back({{"name", l.name}, {"op", l.op}, {"encoding", l.encoding}, {"in", l.in}, {"out", l.out}, {"macs", l.macs},
                      {"parameters", l.parameters}, {"weight_bytes", l.weight_bytes}});
  for (const TensorStatistics& t : r.tensors) tensors.push_back(tensor_json(t));
  return {{"macs", r.size.macs}, {"parameters", r.size.parameters}, {"weight_bytes", r.size.weight_bytes}, {"arena_bytes", r.size.arena_bytes},
          {"file_bytes", r.file_bytes}, {"largest_tensor", r.largest_tensor}, {"layers", layers}, {"tensors", tensors}};
}

std::string sigma_text(const TensorStatistics& t) {
  std::string text;
  for (const SigmaRange& s : t.sigmas)
    text += fmt::format("{:>15} sigma [{:.6g}, {:.6g}], {:.3f} % outside\n", s.sigma, s.low, s.high, 100 * s.outside);
  return text;
}

std::string to_text(const Inspection& r) {
  std::string text;
  for (const LayerInfo& l : r.layers)
    text += fmt::format("{:<18} {:<16} {:>12} MACs {:>9} parameters  {}  {}\n", l.op, l.encoding, l.macs, l.parameters,
                        l.out.empty() ? "" : to_string(l.out[0]), l.name);
  for (const TensorStatistics& t : r.tensors)
    text += fmt::format("{:<10} min {:>12.6g} max {:>12.6g} mean {:>12.6g} std {:>12.6g}  {}\n", t.kind, t.range.min, t.range.max,
                        t.range.mean, t.range.std, t.name) + sigma_text(t);
  return text + fmt::format("{} MACs, {} parameters, weights {} bytes, file {} bytes, arena {} bytes, largest tensor {}\n", r.size.macs,
                            r.size.parameters, r.size.weight_bytes, r.file_bytes, r.size.arena_bytes, r.largest_tensor);
}

int act(Cli& cli, const InspectRequest& request) {
  const auto r = inspect(request, cli.common);
  if (!r) return cli.fail(r.error());
  return cli.finish(to_report(*r), to_text(*r));
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("inspect", "Layers, shapes, MACs, parameters, bytes; with data: ranges");
  auto request = std::make_shared<InspectRequest>();
  verb->add_option("model", request->model, "The model")->required();
  verb->add_option("--sigma", request->sigmas, "Orders of the n-sigma ranges: 1,2,3")->delimiter(',')->check(CLI::PositiveNumber);
  cli.add_data(*verb, request->data, false);
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare inspect kws.tflite --data kws.data.json --sigma 1,2,3");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb inspect_verb;
const Verb inspect_verb{"inspect", add};

}  // namespace pare::tools
