#include "pare/bench.hpp"

#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

// The instruction sets that this build has kernels for, and which of them did not run.
Json isa_states() {
  Json states = Json::object();
  for (const Isa isa : kIsas)
    if (!state_of(isa).empty()) states[std::string(name_of(isa))] = state_of(isa);
  return states;
}

std::string isas_not_run() {
  std::string text;
  for (const Isa isa : kIsas)
    if (state_of(isa).starts_with("not")) text += fmt::format("{}: {}\n", name_of(isa), state_of(isa));
  return text;
}

Json to_report(const BenchReport& r) {
  Json layers = Json::array();
  for (const LayerTime& l : r.layers)
    layers.push_back({{"name", l.name},
                      {"op", l.op},
                      {"kernel", l.kernel},
                      {"us", l.us},
                      {"macs", l.macs},
                      {"bytes", l.bytes},
                      {"macs_per_s", l.macs_per_s},
                      {"share_of_peak", l.share_of_peak},
                      {"roofline_us", l.roofline_us},
                      {"share_of_roofline", l.share_of_roofline}});
  Json against = Json::array();
  for (const PeerTime& p : r.against)
    against.push_back({{"peer", p.peer},
                       {"version", p.version},
                       {"model", p.model},
                       {"ran", p.reason.empty()},
                       {"reason", p.reason},
                       {"median_us", p.median_us},
                       {"own_us", p.own_us},
                       {"ratio", p.ratio},
                       {"ratio_q1", p.ratio_q1},
                       {"ratio_q3", p.ratio_q3}});
  return {{"median_us", r.run.median_us},
          {"p10_us", r.run.p10_us},
          {"p90_us", r.run.p90_us},
          {"runs", r.run.runs},
          {"batch", r.batch},
          {"threads", r.threads},
          {"isa", name_of(r.isa)},
          {"isas", isa_states()},
          {"arithmetic", name_of(r.arithmetic)},
          {"macs", r.macs},
          {"share_of_peak", r.share_of_peak},
          {"roofline_us", r.roofline_us},
          {"share_of_roofline", r.share_of_roofline},
          {"peak", {{"s8_macs_per_s", r.s8_macs_per_s}, {"f32_macs_per_s", r.f32_macs_per_s}}},
          {"layers_us", r.layers_us},
          {"empty_us", r.empty_us},
          {"compile_ms", r.compile_ms},
          {"layers", layers},
          {"against", against}};
}

std::string text_of(const PeerTime& p) {
  if (!p.reason.empty()) return fmt::format("against {}: not run, {}\n", p.peer, p.reason);
  return fmt::format("against {} {}: {:.3f} us, ours {:.3f}: {:.2f} times as fast (quartiles {:.2f} to {:.2f}), {}\n",
                     p.peer, p.version, p.median_us, p.own_us, p.ratio, p.ratio_q1, p.ratio_q3, p.model);
}

std::string to_text(const BenchReport& r) {
  std::string text = fmt::format("{:<18} {:<30} {:>10} {:>11} {:>8} {:>6} {:>6} {:>10}\n", "operator", "kernel", "us", "MACs",
                                 "GMAC/s", "peak", "roof", "bytes");
  for (const LayerTime& l : r.layers)
    text += fmt::format("{:<18} {:<30} {:>10.3f} {:>11} {:>8.1f} {:>5.1f}% {:>5.1f}% {:>10}  {}\n", l.op,
                        l.kernel.empty() ? "(alias)" : l.kernel, l.us, l.macs, l.macs_per_s * 1e-9,
                        l.share_of_peak * 100, l.share_of_roofline * 100, l.bytes, l.name);
  text += fmt::format("peak of a core with {}: int8 {:.1f} GMAC/s, float32 {:.1f} GMAC/s\n", name_of(r.isa),
                      r.s8_macs_per_s * 1e-9, r.f32_macs_per_s * 1e-9);
  text += isas_not_run();
  text += fmt::format("layers {:.3f} us together, empty program {:.4f} us, compiled in {:.1f} ms of CPU time\n",
                      r.layers_us, r.empty_us, r.compile_ms);
  text +=
      fmt::format("median {:.3f} us, p10 {:.3f}, p90 {:.3f}, {} runs of {} sample{} on {} thread{}; {:.1f}% of peak, {:.1f}% of the roofline\n",
                  r.run.median_us, r.run.p10_us, r.run.p90_us, r.run.runs, r.batch, r.batch == 1 ? "" : "s", r.threads,
                  r.threads == 1 ? "" : "s", r.share_of_peak * 100, r.share_of_roofline * 100);
  for (const PeerTime& p : r.against) text += text_of(p);
  return text;
}

int act(Cli& cli, const BenchRequest& request, bool threads_given) {
  if (!threads_given) cli.common.threads = 1;
  const auto r = bench(request, cli.common);
  if (!r) return cli.fail(r.error());
  return cli.finish(to_report(*r), to_text(*r));
}

// PEER=FILE
CLI::Validator is_peer_file() {
  return {[](const std::string& text) {
            const std::string peer = text.substr(0, text.find('='));
            const bool known = peer == "litert" || peer == "onnxruntime" || peer == "openvino";
            return known && text.find('=') + 1 < text.size() && text.find('=') != std::string::npos
                       ? ""
                       : "'" + text + "', expected PEER=FILE";
          },
          "PEER=FILE"};
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand(
      "bench", "Time of a run and of each layer, beside the machine's peak and roofline; one thread unless --threads");
  auto request = std::make_shared<BenchRequest>();
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("model", request->model, "The model")->required();
  verb->add_option("--batch", request->batch, "Samples of a run, spread over the threads (one a thread)")
      ->check(CLI::PositiveNumber);
  verb->add_option("--limit-time", request->seconds, "Seconds for the runs, and again for the layers (1)")
      ->check(CLI::Range(0.001, 3600.0));
  verb->add_option("--against", request->against, "Peers to run in turn with us: litert,onnxruntime,openvino")
      ->delimiter(',')
      ->check(CLI::IsMember({"litert", "onnxruntime", "openvino"}));
  verb->add_option("--peer-model", *files, "A further form of the network for a peer: onnxruntime=FILE")
      ->check(is_peer_file());
  verb->add_option("--python", request->python, "The Python that has the peers ($PARE_PYTHON)");
  cli.add_arithmetic(*verb);
  cli.add_common(*verb);
  verb->footer("Example: pare bench kws_int8.tflite --arithmetic litert --isa avx2");
  verb->callback([&cli, request, files, verb] {
    for (const std::string& text : *files)
      request->peer_models.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
    cli.action = [&cli, request, verb] { return act(cli, *request, verb->get_option("--threads")->count() > 0); };
  });
}

}  // namespace

extern const Verb bench_verb;
const Verb bench_verb{"bench", add};

}  // namespace pare::tools
