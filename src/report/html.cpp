// The page, section by section. A section without content is left out.
#include <fmt/format.h>

#include "pare/report.hpp"
#include "report/charts.hpp"
#include "report/style.hpp"
#include "report/text.hpp"

namespace pare {
namespace {

std::string paragraph(const std::string& text, const char* style = "note") {
  return text.empty() ? "" : fmt::format("<p class=\"{}\">{}</p>\n", style, escaped(text));
}

// A cell; styles: "n" numbers, "m" names and code, "" words.
std::string cell(const std::string& text, const std::string& style = "") {
  return style.empty() ? "<td>" + escaped(text) + "</td>" : fmt::format("<td class=\"{}\">{}</td>", style, escaped(text));
}

struct Column {
  const char* title;
  const char* style = "";
};

std::string table(const std::vector<Column>& columns, const std::string& rows) {
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const Column& c : columns) out += fmt::format("<th class=\"{}\">{}</th>", c.style, c.title);
  return out + "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table></div>\n";
}

std::string section(const char* id, const char* title, const std::string& content) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, content);
}

std::string header(const Report& r) {
  std::string tiles;
  for (const Report::Fact& f : r.highlights)
    tiles += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", escaped(f.value), escaped(f.name));
  return "<header>\n<h1>" + escaped(r.title) + "</h1>\n" + paragraph(r.verdict, "verdict") +
         (tiles.empty() ? "" : "<div class=\"tiles\">\n" + tiles + "</div>\n") + "</header>\n";
}

std::string figures(const Report& r) {
  if (r.figures.empty()) return "";
  std::string rows;
  for (const Report::Figure& f : r.figures)
    rows += "<tr>" + cell(f.name) + cell(f.before, "n") + cell(f.after, "n") + cell(f.change, "n") + cell(f.source) + "</tr>\n";
  return section("figures", "Before and after",
                 table({{""}, {"float", "n"}, {"quantized", "n"}, {"change", "n"}, {"source"}}, rows) + paragraph(r.figures_note));
}

TensorRefs choose(const Report& r, bool (*wanted)(const Report::Tensor&)) {
  TensorRefs chosen;
  for (const Report::Tensor& t : r.tensors)
    if (wanted(t)) chosen.push_back(&t);
  return chosen;
}

std::string losses(const Report& r) {
  const TensorRefs tensors = choose(r, [](const Report::Tensor& t) { return t.loss.has_value(); });
  if (tensors.empty()) return "";
  return section("losses", "Error, tensor by tensor",
                 "<p class=\"note\">In order of execution. <span class=\"key k-worst\"></span>the tensor that is farthest from float.</p>\n" +
                     loss_chart(tensors) + paragraph(r.loss_note));
}

constexpr const char* kRangeKey =
    "<p class=\"note\"><span class=\"key first k-span\"></span>minimum to maximum <span class=\"key k-mean\"></span>mean "
    "<span class=\"key k-sigma\"></span>mean ∓ n standard deviations <span class=\"key k-cover\"></span>what the codes cover "
    "(of weights with a scale a channel, the widest channel)</p>\n";

std::string ranges(const Report& r) {
  const TensorRefs activations = choose(r, [](const Report::Tensor& t) { return t.kind != "weight"; });
  const TensorRefs weights = choose(r, [](const Report::Tensor& t) { return t.kind == "weight"; });
  if (activations.empty() && weights.empty()) return "";
  std::string out = kRangeKey + paragraph(r.ranges_note);
  if (!activations.empty()) out += "<h3>Input and activations</h3>\n" + range_chart(activations);
  if (!weights.empty()) out += "<h3>Weights</h3>\n" + range_chart(weights);
  return section("ranges", "Ranges", out);
}

std::string histograms(const Report& r) {
  std::string plots;
  for (const auto* t : choose(r, [](const Report::Tensor& t) { return t.drawn; })) plots += histogram_chart(*t);
  if (plots.empty()) return "";
  return section("histograms", "Where the values lie",
                 "<p class=\"note\">Counts on a logarithmic axis. <span class=\"key k-limit\"></span>first and last code of the grid, with a "
                 "tick at every 16th code; what lies outside is clipped.</p>\n<div class=\"plots\">\n" + plots + "</div>\n");
}

std::string layers(const Report& r) {
  if (r.layers.empty()) return "";
  std::string rows;
  for (const Report::Layer& l : r.layers)
    rows += "<tr>" + cell(l.name, "m") + cell(l.op) + cell(l.encoding) + cell(l.shape) + cell(grouped(l.macs), "n") +
            cell(grouped(l.parameters), "n") + cell(grouped(l.weight_bytes), "n") + "</tr>\n";
  return section("layers", "Layers of the quantized file",
                 table({{"layer"}, {"operator"}, {"stored as"}, {"output"}, {"MACs", "n"}, {"parameters", "n"}, {"weights, bytes", "n"}}, rows));
}

std::string step_text(const Report::Step& s) {
  return fmt::format("<span class=\"step\">{}{}</span>\n", escaped(s.from), s.to.empty() ? "" : " → " + escaped(s.to));
}

// Neighbouring steps of one kind share a row.
std::string passes(const Report& r) {
  if (r.steps.empty()) return "";
  std::string rows;
  for (size_t i = 0, next = 0; i < r.steps.size(); i = next) {
    const Report::Step& first = r.steps[i];
    std::string nodes;
    for (next = i; next < r.steps.size() && r.steps[next].pass == first.pass && r.steps[next].what == first.what; ++next)
      nodes += step_text(r.steps[next]);
    rows += "<tr>" + cell(first.pass) + cell(first.what) + cell(std::to_string(next - i), "n") + "<td class=\"m\">" + nodes + "</td></tr>\n";
  }
  return section("passes", "What was moved, folded and fused",
                 table({{"pass"}, {"what happened"}, {"times", "n"}, {"nodes before → node after"}}, rows));
}

std::string proofs(const Report& r) {
  if (r.proofs.empty()) return "";
  std::string rows;
  for (const Report::Proof& p : r.proofs)
    rows += "<tr>" + cell(std::to_string(p.number), "n") + cell(p.name) + cell(p.state, p.state) + cell(p.detail) + "</tr>\n";
  return section("proof", "Proof",
                 "<p class=\"note\">Each link computes the same outputs by other code than the one before; equal means equal in every bit.</p>\n" +
                     table({{"link", "n"}, {"computed by"}, {"result"}, {"on"}}, rows));
}

std::string facts(const char* id, const char* title, const std::vector<Report::Fact>& all, const char* style) {
  if (all.empty()) return "";
  std::string rows;
  for (const Report::Fact& f : all) rows += "<tr>" + cell(f.name, style) + cell(f.value) + "</tr>\n";
  return section(id, title, table({{""}, {""}}, rows));
}

std::string commands(const Report& r) {
  if (r.commands.empty()) return "";
  std::string text;
  for (const std::string& c : r.commands) text += escaped(c) + "\n";
  return section("again", "Do it again", "<p class=\"note\">In the folder of this report:</p>\n<pre>" + text + "</pre>\n");
}

std::string notes(const Report& r) {
  if (r.notes.empty()) return "";
  std::string items;
  for (const std::string& n : r.notes) items += "<li>" + escaped(n) + "</li>\n";
  return section("notes", "Notes", "<ul>\n" + items + "</ul>\n");
}

}  // namespace

std::string to_html(const Report& r) {
  const std::string body = header(r) + figures(r) + losses(r) + ranges(r) + histograms(r) + passes(r) + layers(r) + proofs(r) +
                           facts("conditions", "Conditions", r.conditions, "") + facts("times", "Time", r.times, "") +
                           facts("files", "Files", r.files, "m") + commands(r) + notes(r);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n<title>" + escaped(r.title) + "</title>\n<style>" +
         kStyle + "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
}

}  // namespace pare
