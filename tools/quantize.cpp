#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {

Json to_json(const QuantizeReport& r) {
  return {{"scheme", r.scheme},
          {"device", r.device.empty() ? Json(nullptr) : Json(r.device)},
          {"arithmetic", name_of(r.arithmetic)},
          {"float", {{"value", r.float_evaluation.value}, {"file_bytes", r.float_bytes}, {"ms", r.float_evaluation.ms_per_sample}}},
          {"quantized",
           {{"value", r.quantized_evaluation.value},
            {"file_bytes", r.quantized_bytes},
            {"weight_bytes", r.size.weight_bytes},
            {"arena_bytes", r.size.arena_bytes},
            {"ms", r.quantized_evaluation.ms_per_sample}}},
          {"agreement", number(r.agreement)},
          {"sqnr_db", number(r.sqnr_db)},
          {"verified", r.verified},
          {"links", to_json(r.links)},
          {"output", r.output},
          {"plan", r.plan},
          {"notes", r.notes}};
}

namespace {

std::string to_text(const QuantizeReport& r) {
  return fmt::format("{:<10} {:>10} {:>12} {:>9}\nfloat      {:>10.4f} {:>12} {:>9.3f}\nquantized  {:>10.4f} {:>12} {:>9.3f}\n"
                     "agreement {:.4f}, {:.1f} dB, weights {} bytes, arena {} bytes, verified: {}\nwrote {} and {}\n",
                     "", r.float_evaluation.metric, "file bytes", "ms", r.float_evaluation.value, r.float_bytes,
                     r.float_evaluation.ms_per_sample, r.quantized_evaluation.value, r.quantized_bytes,
                     r.quantized_evaluation.ms_per_sample, r.agreement, r.sqnr_db, r.size.weight_bytes, r.size.arena_bytes,
                     r.verified, r.output, r.plan);
}

int act(Cli& cli, const QuantizeRequest& request) {
  const auto r = quantize_model(request, cli.common);
  if (!r) return cli.fail(r.error());
  cli.say(r->notes);
  return cli.finish(to_json(*r), to_text(*r),
                    {{"value", r->quantized_evaluation.value}, {"float", r->float_evaluation.value}, {"agreement", r->agreement},
                     {"file_bytes", r->quantized_bytes}, {"weight_bytes", r->size.weight_bytes}, {"arena_bytes", r->size.arena_bytes}});
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("quantize", "Calibrate, quantize, evaluate before and after, verify, write");
  auto request = std::make_shared<QuantizeRequest>();
  auto ranges = std::make_shared<std::string>();
  verb->add_option("model", request->model, "The float model")->required();
  cli.add_output(*verb, request->output, Output::Model, "The quantized model; its ending says the format");
  verb->add_option("--scheme", request->scheme, "Preset of encodings")->check(known_by(find_scheme, "SCHEME"));
  verb->add_option("--ranges", *ranges, "Range estimator for weights and activations: minmax, mse, sigma:N")->check(known_by(make_estimator, "RANGES"));
  auto* weights = verb->add_option("--weight-ranges", request->weight_ranges, "Range estimator for weights");
  weights->check(known_by(make_estimator, "RANGES"));
  auto* activations = verb->add_option("--activation-ranges", request->activation_ranges, "Range estimator for activations");
  activations->check(known_by(make_estimator, "RANGES"));
  verb->add_option("--ranges-file", request->ranges_file, "Ranges of pare calibrate, instead of calibrating");
  verb->add_option("--plan", request->plan_file, "Steps that win over the scheme");
  verb->add_flag("--keep-interface", request->keep_interface, "Keep the order of axes of inputs and outputs");
  verb->add_flag("--strict-bias", request->strict_bias, "A bias that does not fit is an error");
  verb->add_option("--with", request->with, "A foreign runtime that must compute the same")
      ->check(CLI::IsMember({"tflm", "litert", "litert_ref", "onnxruntime"}));
  verb->add_option("--python", request->python, "The Python that has the runtime ($PARE_PYTHON)");
  cli.add_data(*verb, request->data);
  cli.add_arithmetic(*verb);
  cli.add_requirements(*verb, {"value", "float", "agreement", "file_bytes", "weight_bytes", "arena_bytes"});
  cli.add_common(*verb);
  verb->footer("Example: pare quantize kws.tflite --data kws.data.json -o kws_int8.tflite --require \"value >= float - 0.01\"");
  verb->callback([&cli, request, ranges, weights, activations] {
    if (!ranges->empty() && weights->count() == 0) request->weight_ranges = *ranges;
    if (!ranges->empty() && activations->count() == 0) request->activation_ranges = *ranges;
    cli.action = [&cli, request] { return act(cli, *request); };
  });
}

}  // namespace

extern const Verb quantize_verb;
const Verb quantize_verb{"quantize", add};

}  // namespace pare::tools
