#include "pare/verify.hpp"

#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {

Json to_json(const std::vector<Link>& links) {
  Json all = Json::array();
  for (const Link& l : links)
    all.push_back({{"link", l.link}, {"name", l.name}, {"ran", l.ran}, {"samples", l.samples}, {"tensors", l.tensors},
                   {"equal", l.equal}, {"first_difference", l.first_difference}, {"reason", l.reason}});
  return all;
}

namespace {

std::string text_of(const Link& link) {
  if (!link.ran) return fmt::format("{} {}: skipped, {}\n", link.link, link.name, link.reason);
  if (!link.equal) return fmt::format("{} {}: differs, {}\n", link.link, link.name, link.first_difference);
  return fmt::format("{} {}: equal, {} samples, {} tensors\n", link.link, link.name, link.samples, link.tensors);
}

int act(Cli& cli, VerifyRequest request, const DataUse& data) {
  request.data = data.file;
  if (!data.split.empty()) request.split = data.split;
  request.limit = data.limit;
  request.threads = cli.common.threads;
  request.arithmetic = cli.common.arithmetic;
  request.device = cli.common.device;
  request.isa = cli.common.isa;
  request.stop = cli.common.stop;
  request.shapes = cli.common.shapes;
  const auto r = verify_file(request);
  if (!r) return cli.fail(r.error());
  std::string text;
  for (const Link& link : r->links) text += text_of(link);
  const int code = cli.finish({{"verified", r->verified}, {"links", to_json(r->links)}}, text + "verified: " + r->verified + "\n",
                              {{"file_bytes", r->file_bytes}, {"weight_bytes", r->weight_bytes}, {"arena_bytes", r->arena_bytes}});
  return r->verified == "none" ? kFailed : code;
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("verify", "Links of proof: plan, file, fast kernels, emitted C, a foreign runtime");
  auto request = std::make_shared<VerifyRequest>();
  auto data = std::make_shared<DataUse>();
  verb->add_option("file", request->file, "The quantized model")->required();
  cli.add_data(*verb, *data);
  verb->add_option("--against", request->against, "The float model that it was made from");
  verb->add_option("--plan", request->plan, "The resolved plan (FILE.plan.json)");
  verb->add_option("--with", request->with, "A foreign runtime")->check(CLI::IsMember({"tflm", "litert", "litert_ref", "onnxruntime"}));
  verb->add_option("--python", request->python, "The Python that has the runtime ($PARE_PYTHON)");
  cli.add_arithmetic(*verb);
  cli.add_requirements(*verb, {"file_bytes", "weight_bytes", "arena_bytes"});
  cli.add_common(*verb);
  verb->footer("Example: pare verify kws_int8.tflite --data kws.data.json --against kws_float.tflite --with tflm");
  verb->callback([&cli, request, data] { cli.action = [&cli, request, data] { return act(cli, *request, *data); }; });
}

}  // namespace

extern const Verb verify_verb;
const Verb verify_verb{"verify", add};

}  // namespace pare::tools
