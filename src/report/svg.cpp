#include "report/svg.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/text.hpp"

namespace pare {
namespace {

// A place for what has none, so that a drawing stays well formed.
double placed(double position) { return std::isfinite(position) ? position : 0; }

}  // namespace

double Axis::at(double value) const {
  if (!(high > low)) return (from + to) / 2;
  return placed(from + (value - low) / (high - low) * (to - from));
}

std::vector<double> Axis::ticks(int count) const {
  if (!(high > low) || !std::isfinite(high - low)) return {low};
  const double raw = (high - low) / count, unit = std::pow(10, std::floor(std::log10(raw)));
  const double step = raw <= unit ? unit : raw <= 2 * unit ? 2 * unit : raw <= 5 * unit ? 5 * unit : 10 * unit;
  std::vector<double> all;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) all.push_back(i == 0 ? 0 : i * step);
  return all;
}

std::string svg(double width, double height, const std::string& label, const std::string& content) {
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:g} {:g}\" style=\"max-width:{:g}px\" role=\"img\" "
                     "aria-label=\"{}\">\n{}</svg>\n", width, height, width, escaped(label), content);
}

std::string svg_text(double x, double y, const char* style, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, style, anchor, escaped(text));
}

std::string svg_rect(double x, double y, double width, double height, const char* style, const std::string& tip) {
  const std::string head = fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" class=\"{}\"", x, y,
                                       std::fmax(width, 0), std::fmax(height, 0), style);
  return tip.empty() ? head + " />\n" : head + "><title>" + escaped(tip) + "</title></rect>\n";
}

std::string svg_line(double x1, double y1, double x2, double y2, const char* style) {
  return fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" class=\"{}\" />\n", x1, y1, x2, y2, style);
}

std::string svg_grid(const Axis& axis, double top, double bottom, int count, const std::string& unit) {
  std::string out;
  const std::vector<double> ticks = axis.ticks(count);
  for (size_t i = 0; i < ticks.size(); ++i) {
    const double x = axis.at(ticks[i]);
    out += svg_line(x, top, x, bottom, ticks[i] == 0 ? "zero" : "grid");
    out += svg_text(x, bottom + 15, "tick", "middle", real(ticks[i], 4) + (i + 1 == ticks.size() ? unit : ""));
  }
  return out;
}

}  // namespace pare
