#include "data/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace pare {
namespace {

// A shape with its letters; `axes` is empty if they are unknown.
struct Form {
  Shape shape;
  std::string axes;
};

std::string described(const Form& form) {
  return form.axes.empty() ? to_string(form.shape) : fmt::format("{} ({})", to_string(form.shape), form.axes);
}

// The batch axis is the leading n; where letters are unknown, a leading 1 that the sample's shape does not explain.
bool leads_with_batch(const Form& sample, const Form& input) {
  if (input.shape.empty()) return false;
  if (!input.axes.empty() && input.axes[0] == 'n') return !sample.axes.starts_with('n');
  if (input.shape[0] != 1) return false;
  const size_t rank = sample.shape.size();
  return input.shape.size() == rank + 1 ||
         (input.axes.empty() && input.shape.size() == rank && input.shape != sample.shape);
}

Form without_first(const Form& form) {
  return {Shape(form.shape.begin() + 1, form.shape.end()), form.axes.empty() ? "" : form.axes.substr(1)};
}

bool same_letters(std::string a, std::string b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

// For each axis of `to`, the axis of `from` with its letter.
std::vector<size_t> permutation(const Form& from, const Form& to) {
  std::vector<size_t> axes;
  for (const char letter : to.axes) axes.push_back(from.axes.find(letter));
  return axes;
}

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// Element i of the permuted shape `to` comes from order[i] of `from`: a counter runs over `to`, last axis fastest.
std::vector<int64_t> order_of(const Shape& from, const Shape& to, const std::vector<size_t>& axes) {
  const std::vector<int64_t> strides = strides_of(from);
  std::vector<int64_t> index(to.size(), 0), order;
  order.reserve(static_cast<size_t>(count_of(to)));
  for (int64_t i = 0; i < count_of(to); ++i) {
    int64_t at = 0;
    for (size_t k = 0; k < to.size(); ++k) at += index[k] * strides[axes[k]];
    order.push_back(at);
    for (size_t k = to.size(); k-- > 0 && ++index[k] == to[k];) index[k] = 0;
  }
  return order;
}

template <class T>
Tensor gathered(const Tensor& sample, const Layout& layout) {
  Tensor out(sample.type(), layout.shape);
  const T* from = reinterpret_cast<const T*>(sample.data());
  T* to = reinterpret_cast<T*>(out.data_for_edit());
  for (const int64_t at : layout.order) *to++ = from[at];
  return out;
}

Error misfit(const Form& sample, const Form& input, std::string_view name, std::string hint) {
  return {Code::InvalidArgument, fmt::format("input '{}'", name), "samples of shape " + described(sample),
          "what the model takes, " + described(input), std::move(hint)};
}

Result<Layout> permuted(const Form& sample, const Form& body, const TensorInfo& input) {
  Layout layout{input.shape, {}, ""};
  const bool known = !sample.axes.empty() && same_letters(sample.axes, body.axes);
  if (!known) {
    if (sample.shape != body.shape)
      return misfit(sample, body, input.name, "Name the element's axes in the dataset file, if they are unknown");
    if (!sample.axes.empty() && !body.axes.empty())
      layout.note = fmt::format("axes '{}' are taken for the model's '{}', in the same order", sample.axes, body.axes);
    return layout;
  }
  const std::vector<size_t> axes = permutation(sample, body);
  for (size_t k = 0; k < axes.size(); ++k)
    if (sample.shape[axes[k]] != body.shape[k]) return misfit(sample, body, input.name, "");
  if (sample.axes != body.axes) layout.order = order_of(sample.shape, body.shape, axes);
  return layout;
}

}  // namespace

Tensor Layout::arrange(const Tensor& sample) const {
  if (order.empty()) return sample.reshaped(shape);
  switch (bytes_of(sample.type())) {
    case 1:
      return gathered<uint8_t>(sample, *this);
    case 2:
      return gathered<uint16_t>(sample, *this);
    case 4:
      return gathered<uint32_t>(sample, *this);
    default:
      return gathered<uint64_t>(sample, *this);
  }
}

Result<Layout> match_layout(const Shape& shape, const std::string& axes, const TensorInfo& input) {
  const Form sample{shape, axes};
  const Form whole{input.shape, input.axes.size() == input.shape.size() ? input.axes : ""};
  const bool batch = leads_with_batch(sample, whole);
  if (batch && whole.shape[0] != 1)
    return misfit(sample, whole, input.name, "The model's batch must be 1; --shape can set it");
  const Form body = batch ? without_first(whole) : whole;
  if (body.shape.size() == shape.size()) return permuted(sample, body, input);
  if (count_of(body.shape) != count_of(shape)) return misfit(sample, body, input.name, "");
  return Layout{
      input.shape,
      {},
      fmt::format("samples of {} are laid out in their own order as {}", to_string(shape), to_string(input.shape))};
}

}  // namespace pare
