#include "data/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pare {
namespace {

// Where the channels of a flattened element are: element i has channel i / inner % count.
struct Channels {
  int64_t inner = 1, count = 1;
  int64_t of(size_t i) const { return static_cast<int64_t>(i) / inner % count; }
};

std::optional<Channels> channels_of(const Element& element) {
  const size_t axis = element.axes.find('c');
  if (axis == std::string::npos) return std::nullopt;
  const Shape inner(element.shape.begin() + static_cast<int64_t>(axis) + 1, element.shape.end());
  return Channels{count_of(inner), element.shape[axis]};
}

double pick(const std::vector<double>& values, int64_t channel) {
  return values[values.size() > 1 ? static_cast<size_t>(channel) : 0];
}

void run(const ScaleStep& step, const Element&, Tensor& x) {
  for (float& value : x.edit<float>()) value = static_cast<float>(value * step.factor);
}

void run(const NormalizeStep& step, const Element& element, Tensor& x) {
  const Channels channels = channels_of(element).value_or(Channels{});
  const auto values = x.edit<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t c = channels.of(i);
    values[i] = static_cast<float>((values[i] - pick(step.mean, c)) / pick(step.std, c));
  }
}

void run(const ReverseChannelsStep&, const Element& element, Tensor& x) {
  const Channels channels = channels_of(element).value_or(Channels{});
  const Tensor before = x;
  const auto from = before.view<float>();
  const auto to = x.edit<float>();
  for (size_t i = 0; i < to.size(); ++i) {
    const int64_t move = (channels.count - 1 - 2 * channels.of(i)) * channels.inner;
    to[i] = from[static_cast<size_t>(static_cast<int64_t>(i) + move)];
  }
}

void run(const WindowStep&, const Element&, Tensor&) {}  // cut() does it, after the last step

std::vector<Tensor> cut(const Tensor& x, const WindowStep& window) {
  std::vector<Tensor> windows;
  const auto values = x.view<float>();
  for (int64_t at = 0; at + window.length <= x.count(); at += window.stride) {
    windows.emplace_back(DType::F32, Shape{window.length});
    std::copy_n(values.begin() + at, window.length, windows.back().edit<float>().begin());
  }
  return windows;
}

Error step_error(const PreprocessStep& step, std::string found, std::string expected) {
  return {Code::InvalidArgument, step.place, std::move(found), std::move(expected), ""};
}

Result<void> check_channels(const PreprocessStep& step, const Element& element, size_t values) {
  const auto channels = channels_of(element);
  if (!channels)
    return step_error(step, fmt::format("a step a channel, for the axes '{}'", element.axes),
                      "an axis c in the element");
  if (values != 1 && static_cast<int64_t>(values) != channels->count)
    return step_error(step, fmt::format("{} numbers for {} channels", values, channels->count), "one a channel");
  return {};
}

Result<void> check_window(const PreprocessStep& step, const WindowStep& window, const Element& element, bool last) {
  if (!last) return step_error(step, "a step after the window", "the window as the last step");
  if (window.length <= count_of(element.shape)) return {};
  return step_error(step, fmt::format("a window of {} elements", window.length),
                    fmt::format("at most the {} of a sample", count_of(element.shape)));
}

Result<void> check_step(const PreprocessStep& step, const Element& element, bool last) {
  if (const auto* window = std::get_if<WindowStep>(&step.what)) return check_window(step, *window, element, last);
  if (std::holds_alternative<ReverseChannelsStep>(step.what)) return check_channels(step, element, 1);
  const auto* normalize = std::get_if<NormalizeStep>(&step.what);
  if (normalize == nullptr) return {};
  for (const size_t values : {normalize->mean.size(), normalize->std.size()})
    if (values > 1) {
      PARE_TRY(check_channels(step, element, values));
    }
  return {};
}

const WindowStep* window_of(const Preprocess& preprocess) {
  return preprocess.empty() ? nullptr : std::get_if<WindowStep>(&preprocess.steps.back().what);
}

}  // namespace

Result<void> Preprocess::check(const Element& element) const {
  for (const PreprocessStep& step : steps) {
    PARE_TRY(check_step(step, element, &step == &steps.back()));
  }
  return {};
}

Shape Preprocess::shape_after(const Element& element) const {
  const WindowStep* window = window_of(*this);
  return window == nullptr ? element.shape : Shape{window->length};
}

std::string Preprocess::axes_after(const Element& element) const {
  return window_of(*this) == nullptr ? element.axes : "f";
}

std::vector<Tensor> Preprocess::apply(Tensor reals, const Element& element) const {
  for (const PreprocessStep& step : steps) std::visit([&](const auto& what) { run(what, element, reals); }, step.what);
  if (const WindowStep* window = window_of(*this)) return cut(reals, *window);
  return {std::move(reals)};
}

}  // namespace pare
