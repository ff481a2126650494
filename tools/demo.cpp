#include "pare/demo.hpp"

#include <fmt/format.h>

#include <iostream>

#include "cli.hpp"

namespace pare::tools {
namespace {

Json to_report(const DemoReport& r) {
  Json steps = Json::array(), tensors = Json::array();
  for (const DemoStep& s : r.steps) steps.push_back({{"name", s.name}, {"seconds", s.seconds}, {"result", s.result}});
  for (const TensorLikeness& t : r.compared.tensors)
    tensors.push_back({{"name", t.name}, {"sqnr_db", number(t.similarity.sqnr_db())}, {"cosine", t.similarity.cosine()}});
  return {{"output", r.output}, {"report", r.report}, {"seconds", r.seconds}, {"steps", steps}, {"quantize", to_json(r.quantized)},
          {"tensors", tensors}, {"verify", {{"verified", r.proof.verified}, {"links", to_json(r.proof.links)}}},
          {"emit", {{"output", r.emitted.output}, {"samples", r.emitted.samples}, {"arena_bytes", r.emitted.arena_bytes}}}};
}

int act(Cli& cli, DemoRequest request) {
  if (!cli.json && !cli.quiet)
    request.on_step = [](const DemoStep& s) { std::cout << fmt::format("{:<9}{:>6.2f} s  {}\n", s.name, s.seconds, s.result) << std::flush; };
  const auto r = demo(request, cli.common);
  if (!r) return cli.fail(r.error());
  const int code = cli.finish(to_report(*r), fmt::format("{:<9}{:>6.2f} s  open {} in a browser; make -C {} test runs the C\n", "all", r->seconds,
                                                         r->report, r->emitted.output));
  return r->proof.verified == "none" ? kFailed : code;
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("demo", "The main job on the built-in network and Fashion-MNIST, with a report");
  auto request = std::make_shared<DemoRequest>();
  verb->add_option("-o,--out", request->output, "The folder to make (pare-demo)");
  verb->add_option("--limit", request->limit, "Evaluate on the first N test images only")->check(CLI::PositiveNumber);
  verb->add_option("--with", request->with, "A foreign runtime that must compute the same")->check(CLI::IsMember({"tflm", "litert", "litert_ref"}));
  verb->add_option("--python", request->python, "The Python that has the runtime ($PARE_PYTHON)");
  cli.add_common(*verb);
  verb->footer("Example: pare demo --out pare-demo");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb demo_verb;
const Verb demo_verb{"demo", add};

}  // namespace pare::tools
