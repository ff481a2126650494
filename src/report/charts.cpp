#include "report/charts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/svg.hpp"
#include "report/text.hpp"

namespace pare {
namespace {

constexpr double kWidth = 920, kRow = 24, kLabel = 190;
constexpr size_t kNameLength = 24;

double row_top(size_t row) { return 8 + static_cast<double>(row) * kRow; }

std::string name_label(const Report::Tensor& t, size_t row) {
  return svg_text(kLabel - 10, row_top(row) + 16, "name", "end", shortened(t.name, kNameLength));
}

constexpr double kNearlyEqual = 80;  // dB

// Where the axis ends: what is nearly equal to float must not make the rest small.
double loss_end(const TensorRefs& tensors) {
  double end = 10;
  for (const auto* t : tensors)
    if (t->loss->sqnr_db < kNearlyEqual) end = std::max(end, t->loss->sqnr_db);
  return std::ceil(end / 10) * 10;
}

size_t worst_of(const TensorRefs& tensors) {
  const auto less = [](const auto* a, const auto* b) { return a->loss->sqnr_db < b->loss->sqnr_db; };
  return static_cast<size_t>(std::min_element(tensors.begin(), tensors.end(), less) - tensors.begin());
}

std::string loss_row(const Report::Tensor& t, size_t row, const Axis& axis, bool worst) {
  const double top = row_top(row), db = t.loss->sqnr_db;
  const double end = axis.at(std::clamp(db, axis.low, axis.high));
  const std::string value = std::isinf(db) ? "equal" : real(db) + " dB" + (db > axis.high ? " →" : "");
  return name_label(t, row) + svg_rect(kLabel, top + 4, end - kLabel, kRow - 8, worst ? "bar worst" : "bar", t.name + ": " + value) +
         svg_text(end + 6, top + 16, "value", "start", value) + svg_text(kWidth - 210, top + 16, "muted", "start", t.op) +
         svg_text(kWidth - 6, top + 16, "number", "end", fixed(t.loss->cosine, 6));
}

}  // namespace

std::string loss_chart(const TensorRefs& tensors) {
  const double bottom = row_top(tensors.size()) + 4 + kRow;
  const Axis axis{0, loss_end(tensors), kLabel, kWidth - 320};
  const size_t worst = worst_of(tensors);
  std::string out = svg_grid(axis, 8 + kRow, bottom, 5, " dB");
  out += svg_text(kLabel - 10, 22, "head", "end", "tensor") + svg_text(kLabel, 22, "head", "start", "SQNR; a longer bar is closer to float") +
         svg_text(kWidth - 210, 22, "head", "start", "made by") + svg_text(kWidth - 6, 22, "head", "end", "cosine");
  for (size_t i = 0; i < tensors.size(); ++i) out += loss_row(*tensors[i], i + 1, axis, i == worst);
  return svg(kWidth, bottom + 24, "Signal to quantization noise of each tensor", out);
}

namespace {

constexpr double kRangeEnd = 570, kColumnRange = 710, kColumnOutside = 800;

void widen(Axis& axis, double low, double high) {
  axis.low = std::min(axis.low, low);
  axis.high = std::max(axis.high, high);
}

Axis range_axis(const TensorRefs& tensors) {
  Axis axis{0, 0, kLabel, kRangeEnd};
  for (const auto* t : tensors) widen(axis, t->min, t->max);
  for (const auto* t : tensors)
    if (t->grid) widen(axis, t->grid->low, t->grid->high);
  const double margin = (axis.high - axis.low) * 0.02;
  return {axis.low - margin, axis.high + margin, axis.from, axis.to};
}

// Marks from the outermost in, each a little taller and darker.
std::string sigma_marks(const Report::Tensor& t, double middle, const Axis& axis) {
  std::string out;
  for (const Report::Mark& m : t.marks)
    for (const double x : {m.low, m.high})
      if (x >= axis.low && x <= axis.high)
        out += svg_line(axis.at(x), middle - 7 + m.sigma, axis.at(x), middle + 7 - m.sigma, "sigma");
  return out;
}

std::string range_row(const Report::Tensor& t, size_t row, const Axis& axis) {
  const double middle = row_top(row) + kRow / 2;
  std::string out = name_label(t, row);
  if (t.grid)
    out += svg_rect(axis.at(t.grid->low), middle - 8, axis.at(t.grid->high) - axis.at(t.grid->low), 16, "cover",
                    t.name + ": codes cover " + real(t.grid->low) + " to " + real(t.grid->high));
  out += svg_rect(axis.at(t.min), middle - 3, std::max(axis.at(t.max) - axis.at(t.min), 1.5), 6, "span",
                  t.name + ": " + real(t.min, 4) + " to " + real(t.max, 4) + ", mean " + real(t.mean, 4));
  out += sigma_marks(t, middle, axis) + svg_rect(axis.at(t.mean) - 2, middle - 5, 4, 10, "mean", "mean " + real(t.mean, 4));
  out += svg_text(kColumnRange, middle + 4, "number", "end", real(t.min) + " … " + real(t.max));
  const std::string outside = t.marks.empty() ? "" : percent(t.marks.back().outside);
  out += svg_text(kColumnOutside, middle + 4, "number", "end", outside);
  return out + svg_text(kWidth - 6, middle + 4, "number", "end", t.grid ? real(t.grid->step) : "");
}

std::string range_heads(const TensorRefs& tensors) {
  const bool marked = !tensors[0]->marks.empty();
  std::string out = svg_text(kLabel - 10, 22, "head", "end", "tensor") + svg_text(kColumnRange, 22, "head", "end", "min … max") +
                    svg_text(kWidth - 6, 22, "head", "end", "step of codes");
  if (marked) out += svg_text(kColumnOutside, 22, "head", "end", "outside " + real(tensors[0]->marks.back().sigma) + "σ");
  return out;
}

}  // namespace

std::string range_chart(const TensorRefs& tensors) {
  const double bottom = row_top(tensors.size() + 1) + 4;
  const Axis axis = range_axis(tensors);
  std::string out = svg_grid(axis, 8 + kRow, bottom, 8, "") + range_heads(tensors);
  for (size_t i = 0; i < tensors.size(); ++i) out += range_row(*tensors[i], i + 1, axis);
  return svg(kWidth, bottom + 24, "Range of each tensor", out);
}

namespace {

constexpr double kPlotWidth = 440, kPlotHeight = 190, kPlotLeft = 46, kPlotTop = 44, kPlotBottom = 160;
constexpr int64_t kMostBars = 96;

// Neighbouring bins added, so that there are few enough to be seen.
Report::Bars coarser(const Report::Bars& bars) {
  const auto count = static_cast<int64_t>(bars.counts.size()), share = std::max<int64_t>((count + kMostBars - 1) / kMostBars, 1);
  Report::Bars out{bars.low, bars.width * static_cast<double>(share), {}};
  for (int64_t i = 0; i < count; i += share)
    out.counts.push_back(std::accumulate(bars.counts.begin() + i, bars.counts.begin() + std::min(i + share, count), int64_t{0}));
  return out;
}

double log_height(int64_t count) { return std::log10(1 + static_cast<double>(count)); }

std::string bars_of(const Report::Bars& bars, const Axis& x, const Axis& y) {
  std::string out;
  for (size_t i = 0; i < bars.counts.size(); ++i) {
    if (bars.counts[i] == 0) continue;
    const double low = bars.low + static_cast<double>(i) * bars.width, high = low + bars.width;
    const double top = y.at(log_height(bars.counts[i])), wide = x.at(high) - x.at(low);
    out += svg_rect(x.at(low), top, wide > 2 ? wide - 0.6 : wide, kPlotBottom - top, "bin",
                    real(low) + " to " + real(high) + ": " + grouped(bars.counts[i]));
  }
  return out;
}

// Powers of ten on the left.
std::string count_ticks(const Axis& y, double end) {
  std::string out;
  const int step = end > 6 ? 2 : 1;
  for (int power = 0; power <= end; power += step) {
    const double at = y.at(log_height(static_cast<int64_t>(std::pow(10, power))));
    out += svg_line(kPlotLeft, at, kPlotWidth - 8, at, "grid");
    out += svg_text(kPlotLeft - 5, at + 4, "tick", "end", power < 3 ? real(std::pow(10, power)) : "1e" + std::to_string(power));
  }
  return out;
}

constexpr double kCodesApart = 16;

// The ends of the grid, and a tick at every 16th code between them.
std::string clip_limits(const Report::Grid& grid, const Axis& x) {
  std::string out;
  for (const double limit : {grid.low, grid.high}) out += svg_line(x.at(limit), kPlotTop - 6, x.at(limit), kPlotBottom, "limit");
  out += svg_line(x.at(grid.low), kPlotTop - 6, x.at(grid.high), kPlotTop - 6, "limit");
  const double apart = grid.step * kCodesApart;
  for (double at = grid.low + apart; apart > 0 && at < grid.high && grid.high - grid.low < 64 * apart; at += apart)
    out += svg_line(x.at(at), kPlotTop - 6, x.at(at), kPlotTop - 2, "limit");
  return out;
}

std::string grid_text(const Report::Grid& grid) {
  const std::string widest = grid.scales > 1 ? " (widest of " + std::to_string(grid.scales) + " channels)" : "";
  return grid.encoding + ", step " + real(grid.step) + widest + ", clipped " + percent(grid.clipped);
}

}  // namespace

std::string histogram_chart(const Report::Tensor& t) {
  const Report::Bars bars = coarser(t.bars);
  Axis x{t.min, t.max, kPlotLeft, kPlotWidth - 12};
  if (t.grid) widen(x, t.grid->low, t.grid->high);
  const double margin = (x.high - x.low) * 0.03;
  x = {x.low - margin, x.high + margin, x.from, x.to};
  const double end = bars.counts.empty() ? 1 : log_height(*std::max_element(bars.counts.begin(), bars.counts.end()));
  const Axis y{0, std::max(end, 1.0), kPlotBottom, kPlotTop};
  std::string out = svg_text(0, 13, "title", "start", shortened(t.name, 40)) + svg_text(kPlotWidth - 8, 13, "muted", "end", t.kind);
  out += svg_text(0, 29, "muted", "start", t.grid ? grid_text(*t.grid) : "not quantized") + count_ticks(y, end) +
         svg_grid(x, kPlotBottom, kPlotBottom + 4, 6, "") + bars_of(bars, x, y);
  return svg(kPlotWidth, kPlotHeight, "Histogram of " + t.name, out + (t.grid ? clip_limits(*t.grid, x) : ""));
}

}  // namespace pare
