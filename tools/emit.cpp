#include <fmt/format.h>

#include "cli.hpp"
#include "pare/emit_project.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli, const EmitRequest& request) {
  const auto r = emit_project(request, cli.common);
  if (!r) return cli.fail(r.error());
  const Json report = {{"output", r->output}, {"seconds", r->seconds}, {"samples", r->samples}, {"arena_bytes", r->arena_bytes}};
  return cli.finish(report, fmt::format("{}: {} test vectors, arena {} bytes; try it with make -C {} test\n", r->output, r->samples,
                                        r->arena_bytes, r->output));
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("emit", "A complete C project of a quantized model, with its own test");
  auto request = std::make_shared<EmitRequest>();
  auto target = std::make_shared<std::string>();
  verb->add_option("model", request->model, "The model")->required();
  verb->add_option("--target", *target, "The language")->required()->check(CLI::IsMember({"c"}));
  cli.add_output(*verb, request->output, Output::Folder, "The project's folder");
  verb->add_option("--samples", request->samples, "Test vectors")->check(CLI::Range(1, 1000000));
  cli.add_data(*verb, request->data, false);
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare emit kws_int8.tflite --target c --data kws.data.json -o kws_c");
  verb->callback([&cli, request, target] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb emit_verb;
const Verb emit_verb{"emit", add};

}  // namespace pare::tools
