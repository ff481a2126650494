#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

struct Request {
  std::string model, fits;
};

int act(Cli& cli, const Request& request) {
  const auto r = check(request.model, request.fits, cli.common);
  if (!r) return cli.fail(r.error());
  Json reasons = Json::array();
  std::string text;
  for (const Reason& reason : r->reasons) {
    reasons.push_back({{"node", reason.node}, {"reason", reason.reason}, {"mend", reason.mend}});
    text += fmt::format("{}{}{}. {}\n", reason.node, reason.node.empty() ? "" : ": ", reason.reason, reason.mend);
  }
  text += fmt::format("{}: weights {} bytes, arena {} bytes, largest tensor {}\n", r->reasons.empty() ? "fits" : "does not fit",
                      r->weight_bytes, r->arena_bytes, r->largest_tensor);
  cli.finish({{"fits", r->reasons.empty()}, {"reasons", reasons}, {"weight_bytes", r->weight_bytes}, {"arena_bytes", r->arena_bytes},
              {"largest_tensor", r->largest_tensor}}, text);
  return r->reasons.empty() ? kDone : kFailed;
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("check", "Every reason why a model will not run on a device");
  auto request = std::make_shared<Request>();
  verb->add_option("model", request->model, "The model")->required();
  verb->add_option("--fits", request->fits, "Memories instead of the device's: flash 512k, ram 128k");
  cli.add_arithmetic(*verb);
  verb->get_option("--device")->required();
  cli.add_common(*verb);
  verb->footer("Example: pare check kws_int8.tflite --device cortex-m4 --fits \"flash 512k, ram 128k\"");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb check_verb;
const Verb check_verb{"check", add};

}  // namespace pare::tools
