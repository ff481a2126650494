// Pieces of SVG and the axis below them.
#pragma once

#include <string>
#include <vector>

namespace pare {

/// A linear map from values [low, high] to positions [from, to]. An empty interval maps to its middle.
struct Axis {
  double low = 0, high = 1, from = 0, to = 1;
  double at(double value) const;
  /// Round numbers within the interval, `count` of them or so.
  std::vector<double> ticks(int count) const;
};

/// The whole drawing; it scales to the width of its place. `label` is told to readers who do not see it.
std::string svg(double width, double height, const std::string& label, const std::string& content);
/// Texts are escaped here. `anchor`: start, middle, end.
std::string svg_text(double x, double y, const char* style, const char* anchor, const std::string& text);
/// With `tip`, the reader sees it when pointing there.
std::string svg_rect(double x, double y, double width, double height, const char* style, const std::string& tip = "");
std::string svg_line(double x1, double y1, double x2, double y2, const char* style);
/// Vertical grid lines from `top` to `bottom` at the axis's ticks, with their numbers below.
std::string svg_grid(const Axis& axis, double top, double bottom, int count, const std::string& unit);

}  // namespace pare
