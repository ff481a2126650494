#include <fmt/format.h>

#include <cmath>

#include "data/layout.hpp"
#include "data/preprocess.hpp"

namespace pare {
namespace {

constexpr double kScaleTolerance = 1e-4;

Encoding encoding_of(const Element& e) {
  return e.scale == 1 && e.zero_point == 0 ? Encoding::plain(e.type)
                                           : Encoding::per_tensor(e.type, e.scale, e.zero_point);
}

bool same_codes(const Element& element, const Encoding& input) {
  if (element.type != input.type) return false;
  if (!input.affine()) return element.scale == 1 && element.zero_point == 0;
  const double scale = input.scale_at(0);
  return element.zero_point == input.zero_at(0) && std::fabs(element.scale - scale) <= kScaleTolerance * scale;
}

// Float inputs take reals, affine ones codes; plain integers (indices) take only what is stored.
Result<void> check_type(const TensorInfo& input, bool passes) {
  const Encoding& e = input.encoding;
  const bool codes = e.grain == Grain::Tensor && (e.type == DType::I8 || e.type == DType::U8 || e.type == DType::I16);
  if (e.type == DType::F32 || codes || passes) return {};
  return Error{Code::Unsupported, fmt::format("input '{}'", input.name), "an input of " + to_string(e),
               "f32, or i8, u8 or i16 with one scale; or integers that the dataset stores in the same type", ""};
}

}  // namespace

struct InputAdapter::State {
  Element element;
  Preprocess preprocess;
  Layout layout;
  Encoding input;
  Rounding rounding = Rounding::HalfEven;
  bool passes = false;

  std::vector<Tensor> source_reals(const Sample& sample) const;
  Result<std::vector<Tensor>> codes(const Sample& sample) const;
};

std::vector<Tensor> InputAdapter::State::source_reals(const Sample& sample) const {
  std::vector<Tensor> tensors = preprocess.apply(dequantize(sample.stored, encoding_of(element)), element);
  for (Tensor& tensor : tensors) tensor = layout.arrange(tensor);
  return tensors;
}

Result<std::vector<Tensor>> InputAdapter::State::codes(const Sample& sample) const {
  std::vector<Tensor> tensors = source_reals(sample);
  for (Tensor& tensor : tensors) {
    Result<Tensor> quantized = quantize(tensor, input, rounding);
    if (!quantized) return quantized.error().at(fmt::format("sample '{}'", sample.id));
    tensor = std::move(*quantized);
  }
  return tensors;
}

Result<InputAdapter> InputAdapter::match(const Dataset& data, const TensorInfo& input, Arithmetic arithmetic) {
  const Element& element = data.element();
  const Preprocess& preprocess = data.preprocess();
  const bool passes = input.encoding.type != DType::F32 && preprocess.empty() && same_codes(element, input.encoding);
  PARE_TRY(check_type(input, passes));
  PARE_TRY(Layout layout, match_layout(preprocess.shape_after(element), preprocess.axes_after(element), input));
  return InputAdapter(std::make_shared<const State>(
      State{element, preprocess, std::move(layout), input.encoding, input_rounding(arithmetic), passes}));
}

const std::string& InputAdapter::note() const { return state_->layout.note; }
bool InputAdapter::passes_stored() const { return state_->passes; }

Result<std::vector<Tensor>> InputAdapter::adapt(const Sample& sample) const {
  if (state_->passes) return std::vector<Tensor>{state_->layout.arrange(sample.stored)};
  if (state_->input.type == DType::F32) return state_->source_reals(sample);
  return state_->codes(sample);
}

Result<std::vector<Tensor>> InputAdapter::reals(const Sample& sample) const {
  PARE_TRY(std::vector<Tensor> tensors, adapt(sample));
  for (Tensor& tensor : tensors) tensor = dequantize(tensor, state_->input);
  return tensors;
}

}  // namespace pare
