#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const ApplyRequest& request) {
  const auto r = apply_plan(request, cli.common);
  if (!r) return cli.fail(r.error());
  cli.say(r->notes);
  return cli.finish({{"output", r->output}, {"seconds", r->seconds}, {"notes", r->notes}}, "wrote " + r->output + "\n");
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("apply", "Apply a plan alone");
  auto request = std::make_shared<ApplyRequest>();
  verb->add_option("model", request->model, "The float model")->required();
  verb->add_option("--plan", request->plan, "The plan")->required();
  cli.add_output(*verb, request->output, Output::Model, "The quantized model");
  verb->add_option("--ranges-file", request->ranges_file, "Ranges, for a plan that is not resolved");
  verb->add_flag("--keep-interface", request->keep_interface, "Keep the order of axes of inputs and outputs");
  verb->add_flag("--strict-bias", request->strict_bias, "A bias that does not fit is an error");
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare apply kws.tflite --plan kws_int8.tflite.plan.json -o again.tflite");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb apply_verb;
const Verb apply_verb{"apply", add};

}  // namespace pare::tools
