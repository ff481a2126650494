#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

struct Request {
  std::string first, second;
  DataUse data;
};

Json encoding_json(const Encoding& e) {
  return {{"encoding", to_string(e)}, {"scale", e.scale}, {"zero_point", e.zero_point}};
}

// The codes' reals at both ends.
std::string covered(const Encoding& e) {
  const auto [lo, hi] = code_range(e.type);
  const auto real = [&](int64_t code) { return e.scale[0] * static_cast<double>(code - e.zero_point[0]); };
  return fmt::format("[{:.5g}, {:.5g}]", real(lo), real(hi));
}

std::string side_by_side(const Encoding& a, const Encoding& b) {
  const auto one = [](const Encoding& e) {
    return e.grain == Grain::Tensor ? fmt::format("scale {:.6g}, zero point {}", e.scale[0], e.zero_point[0]) : to_string(e);
  };
  return one(a) + " | " + one(b);
}

// Why two encodings of a tensor are not the same; empty if they are.
std::string why_different(const Encoding& a, const Encoding& b) {
  if (to_string(a) != to_string(b)) return to_string(a) + " and " + to_string(b);
  if (a.scale == b.scale && a.zero_point == b.zero_point) return "";
  if (a.grain != Grain::Tensor) return "the channels' scales differ";
  return "they cover " + covered(a) + " and " + covered(b);
}

int act(Cli& cli, const Request& request) {
  const auto r = compare(request.first, request.second, request.data, cli.common);
  if (!r) return cli.fail(r.error());
  cli.say(r->notes);
  Json tensors = Json::array();
  std::string text;
  for (const TensorLikeness& t : r->tensors) {
    const Similarity& s = t.similarity;
    tensors.push_back({{"name", t.name}, {"sqnr_db", number(s.sqnr_db())}, {"cosine", number(s.cosine())},
                       {"relative_error", number(s.relative_error())}, {"max_abs", number(s.max_abs())}, {"equal", s.equal()},
                       {"first", encoding_json(t.first)}, {"second", encoding_json(t.second)},
                       {"why", why_different(t.first, t.second)}});
    text += fmt::format("{:>7.2f} dB  cosine {:.6f}  max {:<9.3g}  {}{}\n", s.sqnr_db(), s.cosine(), s.max_abs(), t.name, s.equal() ? " (equal)" : "");
    if (t.first.affine() && t.second.affine())
      text += fmt::format("            {}{}{}\n", side_by_side(t.first, t.second), why_different(t.first, t.second).empty() ? "" : ": ",
                          why_different(t.first, t.second));
  }
  text += fmt::format("outputs equal {:.4f}, agreement {:.4f}, first difference: {}\n", r->outputs_equal, r->agreement,
                      r->first_difference.empty() ? "none" : r->first_difference);
  const Json first = r->first_difference.empty() ? Json(nullptr) : Json(r->first_difference);
  return cli.finish({{"tensors", tensors}, {"outputs_equal", r->outputs_equal}, {"agreement", r->agreement}, {"first_difference", first},
                     {"notes", r->notes}}, text, {{"agreement", r->agreement}});
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("compare", "Two models on the same data, tensor by tensor");
  auto request = std::make_shared<Request>();
  verb->add_option("first", request->first, "The reference")->required();
  verb->add_option("second", request->second, "The other model")->required();
  cli.add_data(*verb, request->data);
  cli.add_arithmetic(*verb);
  cli.add_requirements(*verb, {"agreement"});
  cli.add_common(*verb);
  verb->footer("Example: pare compare kws.tflite kws_int8.tflite --data kws.data.json");
  verb->callback([&cli, request] { cli.action = [&cli, request] { return act(cli, *request); }; });
}

}  // namespace

extern const Verb compare_verb;
const Verb compare_verb{"compare", add};

}  // namespace pare::tools
