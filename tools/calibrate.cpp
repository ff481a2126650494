#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const CalibrateRequest& request) {
  const auto r = calibrate_model(request, cli.common);
  if (!r) return cli.fail(r.error());
  return cli.finish({{"output", request.output}, {"seconds", r->seconds}, {"samples", r->ranges.samples}, {"tensors", r->ranges.tensors.size()}},
                    fmt::format("{} tensors over {} samples, wrote {}\n", r->ranges.tensors.size(), r->ranges.samples, request.output));
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("calibrate", "Ranges of every activation");
  auto request = std::make_shared<CalibrateRequest>();
  verb->add_option("model", request->model, "The float model")->required();
  cli.add_output(*verb, request->output, Output::File, "Where the ranges go");
  verb->add_option("--ranges", request->ranges, "Estimator that cuts the extremes: minmax, mse, sigma:N")->check(known_by(make_estimator, "RANGES"));
  verb->add_flag("--keep-interface", request->keep_interface, "Keep the order of axes of inputs and outputs");
  verb->add_flag("--resume", request->resume, "Go on where a stopped calibration ended (OUTPUT.journal)");
  cli.add_data(*verb, request->data);
  cli.add_common(*verb);
  verb->footer("Example: pare calibrate kws.tflite --data kws.data.json -o ranges.json");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb calibrate_verb;
const Verb calibrate_verb{"calibrate", add};

}  // namespace pare::tools
