#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const std::string& model, const DataUse& data) {
  const auto r = eval_model(model, data, cli.common);
  if (!r) return cli.fail(r.error());
  const Evaluation& e = r->evaluation;
  if (!e.note.empty()) cli.say({e.note});
  const Json report = {{"metric", e.metric}, {"value", number(e.value)}, {"count", e.count}, {"seconds", e.seconds},
                       {"ms", e.ms_per_sample}, {"arithmetic", name_of(r->arithmetic)}};
  return cli.finish(report, fmt::format("{} {:.4f} over {} samples, {:.3f} ms a sample\n", e.metric, e.value, e.count, e.ms_per_sample),
                    {{"value", e.value}, {"file_bytes", r->file_bytes}, {"weight_bytes", r->size.weight_bytes}, {"arena_bytes", r->size.arena_bytes}});
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("eval", "The dataset's metric, count, time per sample");
  auto model = std::make_shared<std::string>();
  auto data = std::make_shared<DataUse>();
  verb->add_option("model", *model, "The model")->required();
  cli.add_data(*verb, *data);
  cli.add_arithmetic(*verb);
  cli.add_requirements(*verb, {"value", "file_bytes", "weight_bytes", "arena_bytes"});
  cli.add_common(*verb);
  verb->footer("Example: pare eval kws_int8.tflite --data kws.data.json --json");
  verb->callback([&cli, model, data] { cli.action = [&cli, model, data] { return act(cli, *model, *data); }; });
}

}  // namespace

extern const Verb eval_verb;
const Verb eval_verb{"eval", add};

}  // namespace pare::tools
