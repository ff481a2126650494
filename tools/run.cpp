#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const RunRequest& request) {
  const auto r = run_model(request, cli.common);
  if (!r) return cli.fail(r.error());
  if (!r->note.empty()) cli.say({r->note});
  return cli.finish({{"output", r->output}, {"seconds", r->seconds}, {"samples", r->samples}, {"tensors", r->tensors}},
                    fmt::format("{} samples, {} tensors, wrote {}\n", r->samples, r->tensors.size(), r->output));
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("run", "Run a model and keep its tensors");
  auto request = std::make_shared<RunRequest>();
  verb->add_option("model", request->model, "The model")->required();
  auto* input = verb->add_option("--input", request->input, "Samples in an .npy or .npz file");
  cli.add_output(*verb, request->output, Output::File, "The .npz file");
  verb->add_option("--tensors", request->tensors, "outputs, all, or names")->delimiter(',');
  verb->add_flag("--real", request->real, "float32, dequantized");
  cli.add_data(*verb, request->data, false);
  input->excludes(verb->get_option("--data"));
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare run kws_int8.tflite --data kws.data.json -o out.npz --tensors all");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb run_verb;
const Verb run_verb{"run", add};

}  // namespace pare::tools
