#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const ConvertRequest& request) {
  const auto r = convert(request, cli.common);
  if (!r) return cli.fail(r.error());
  Json adjusted = Json::array(), fused = Json::array();
  std::string text;
  for (const Change& c : r->changes) {
    if (c.pass == "adjust") adjusted.push_back({{"from", c.from}, {"to", c.to}, {"what", c.what}});
    else fused.push_back({{"from", c.from}, {"to", c.to}, {"what", c.what}});
    text += fmt::format("{}: {} -> {} ({})\n", c.pass, fmt::join(c.from, ", "), c.to.empty() ? "nothing" : c.to, c.what);
  }
  return cli.finish({{"adjusted", adjusted}, {"fused", fused}, {"output", r->output}}, text + "wrote " + r->output + "\n");
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("convert", "Change a model's format");
  auto request = std::make_shared<ConvertRequest>();
  verb->add_option("input", request->input, "The model")->required();
  cli.add_output(*verb, request->output, Output::Model, "The new file; its ending says the format");
  verb->add_flag("--adjust", request->adjust, "Move transposes until they cancel");
  verb->add_flag("--fuse", request->fuse, "Fold and fuse layers");
  verb->add_flag("--keep-interface", request->keep_interface, "Keep the order of axes of inputs and outputs");
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare convert model.onnx -o model.tflite --fuse");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb convert_verb;
const Verb convert_verb{"convert", add};

}  // namespace pare::tools
