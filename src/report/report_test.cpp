// The page as a whole and its words: every tag closed, no name mistaken for markup, no number that is none.
#include "pare/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/svg.hpp"
#include "report/text.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

// The first tag that is not closed in its order, or an empty text. Comments and CDATA do not occur.
std::string unclosed(const std::string& page) {
  std::vector<std::string> open;
  for (size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const size_t end = page.find('>', at);
    if (end == std::string::npos) return page.substr(at, 20);
    const std::string tag = page.substr(at + 1, end - at - 1), name = tag.substr(0, tag.find_first_of(" \n"));
    if (name.starts_with("!") || tag.ends_with("/")) continue;
    if (!name.starts_with("/")) open.push_back(name);
    else if (open.empty() || "/" + open.back() != name) return tag;
    else open.pop_back();
  }
  return open.empty() ? "" : open.back();
}

Report::Tensor tensor(const std::string& name, const std::string& kind, double low, double high, double db) {
  return {.name = name, .kind = kind, .op = "conv2d", .shape = "[1, 4]", .min = low, .max = high, .mean = (low + high) / 2,
          .marks = {{1, low / 2, high / 2, 0.3}, {3, low * 2, high * 2, 0}}, .bars = {low, (high - low) / 4, {1, 0, 1000000, 3}},
          .grid = Report::Grid{"i8/tensor/asym", low, high, (high - low) / 255, 0.001, 1}, .loss = Report::Loss{db, 0.999}, .drawn = true};
}

Report sample(const std::string& name) {
  Report r;
  r.title = name;
  r.verdict = name + " is small";
  r.highlights = {{"top1", "0.9"}};
  r.figures = {{name, "1", "2", "+1", "measured"}};
  r.tensors = {tensor(name, "input", 0, 1, kInfinity), tensor("a", "activation", -1, 3, 20.5), tensor("w", "weight", -2, 2, 30)};
  r.layers = {{name, "conv2d", "i8/channel/sym", "[1, 4]", 1234567, 12, 48}};
  r.steps = {{"fold", name + ", bn", name, "batch_norm folded"}, {"fold", "b, bn", "b", "batch_norm folded"}};
  r.proofs = {{1, "plan applied again", "equal", "3 samples"}, {5, "foreign runtime", "skipped", name}};
  r.conditions = r.times = r.files = {{name, name}};
  r.commands = {"pare eval '" + name + "'"};
  r.notes = {name};
  return r;
}

bool holds(const std::string& page, const std::string& text) { return page.find(text) != std::string::npos; }

TEST(Report, IsWellFormedForEveryInput) {
  Report odd = sample("odd");
  odd.tensors[1] = tensor("nothing known", "activation", kNan, kNan, kNan);
  odd.tensors[2] = tensor("one value", "weight", 0, 0, -kInfinity);
  Report bare = sample("bare");
  for (Report::Tensor& t : bare.tensors) {
    t.grid.reset();
    t.loss.reset();
    t.marks.clear();
    t.bars = {};
  }
  const std::pair<const char*, Report> rows[] = {
      {"everything", sample("net")}, {"names that look like markup", sample("<b>&\"'</script>")}, {"not a number", odd},
      {"no statistics", bare},       {"nothing at all", Report{}},
  };
  for (const auto& [name, report] : rows) {
    const std::string page = to_html(report);
    EXPECT_EQ(unclosed(page), "") << name;
    for (const char* wrong : {"nan", "inf\"", ">inf", "https:", "<script", "src=", "href="}) EXPECT_FALSE(holds(page, wrong)) << name << ": " << wrong;
  }
}

TEST(Report, EscapesNames) {
  const std::string page = to_html(sample("<b>&"));
  EXPECT_FALSE(holds(page, "<b>&"));
  EXPECT_TRUE(holds(page, "<h1>&lt;b&gt;&amp;</h1>"));
}

TEST(Report, ShowsEverySectionThatHasContent) {
  const std::string full = to_html(sample("net")), empty = to_html(Report{});
  for (const char* id : {"figures", "losses", "ranges", "histograms", "passes", "layers", "proof", "conditions", "times", "files", "again", "notes"}) {
    EXPECT_TRUE(holds(full, "<section id=\"" + std::string(id) + "\"")) << id;
    EXPECT_FALSE(holds(empty, "<section id=\"" + std::string(id) + "\"")) << id;
  }
}

TEST(Report, SaysWhatItWasGiven) {
  const std::string page = to_html(sample("net"));
  for (const char* text : {">20.5 dB<", ">equal<", "1,234,567", "clipped 0.10 %", "net, bn → net", "3 samples", "pare eval"}) EXPECT_TRUE(holds(page, text)) << text;
}

TEST(ReportText, WritesNumbers) {
  const std::pair<std::string, const char*> rows[] = {
      {real(0), "0"},       {real(-1.2345), "−1.23"},   {real(kNan), "–"},          {real(-kInfinity), "−∞"}, {grouped(0), "0"},
      {grouped(999), "999"}, {grouped(-1234567), "−1,234,567"}, {percent(0), "0 %"}, {percent(-1e-17), "0 %"}, {percent(1e-6), "< 0.01 %"},
      {percent(0.0012), "0.12 %"}, {percent(0.5), "50.0 %"}, {percent(1), "100 %"}, {fixed(-0.5, 2), "−0.50"}, {fixed(kInfinity, 2), "∞"},
  };
  for (const auto& [found, expected] : rows) EXPECT_EQ(found, expected);
}

TEST(ReportText, ShortensInTheMiddle) {
  EXPECT_EQ(shortened("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(shortened("abcdefgh", 5), "ab…gh");
  EXPECT_EQ(shortened("äöüßäöüß", 5), "äö…üß");
}

TEST(ReportAxis, TicksAreRoundAndWithin) {
  const std::vector<double> ticks = Axis{-1.1, 3.9, 0, 100}.ticks(5);
  EXPECT_EQ(ticks, (std::vector<double>{-1, 0, 1, 2, 3}));
  EXPECT_EQ((Axis{2, 2, 0, 100}.at(2)), 50);
  EXPECT_EQ((Axis{0, 10, 0, 100}.at(2.5)), 25);
}

}  // namespace
}  // namespace pare
