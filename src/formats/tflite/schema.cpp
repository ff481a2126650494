#include "formats/tflite/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pare::tflite {
namespace {

struct TypePair {
  fb::TensorType file;
  DType ours;
};

constexpr TypePair kTypes[] = {
    {fb::TensorType::FLOAT32, DType::F32}, {fb::TensorType::FLOAT16, DType::F16}, {fb::TensorType::INT8, DType::I8},
    {fb::TensorType::UINT8, DType::U8},    {fb::TensorType::INT16, DType::I16},   {fb::TensorType::INT32, DType::I32},
    {fb::TensorType::INT64, DType::I64},   {fb::TensorType::BOOL, DType::Bool},
};

struct ActivationPair {
  fb::ActivationFunctionType file;
  Activation ours;
};

constexpr ActivationPair kActivations[] = {
    {fb::ActivationFunctionType::NONE, Activation::None},
    {fb::ActivationFunctionType::RELU, Activation::Relu},
    {fb::ActivationFunctionType::RELU6, Activation::Relu6},
    {fb::ActivationFunctionType::RELU_N1_TO_1, Activation::ReluN1To1},
};

}  // namespace

std::string name_of(fb::BuiltinOperator code) {
  const std::string name = fb::EnumNameBuiltinOperator(code);
  return name.empty() ? fmt::format("operator code {}", static_cast<int>(code)) : name;
}

std::string name_of(fb::TensorType type) {
  const std::string name = fb::EnumNameTensorType(type);
  return name.empty() ? fmt::format("type {}", static_cast<int>(type)) : name;
}

std::optional<DType> dtype_of(fb::TensorType type) {
  for (const TypePair& pair : kTypes)
    if (pair.file == type) return pair.ours;
  return std::nullopt;
}

std::optional<fb::TensorType> tensor_type_of(DType type) {
  for (const TypePair& pair : kTypes)
    if (pair.ours == type) return pair.file;
  return std::nullopt;
}

std::optional<Activation> activation_of(fb::ActivationFunctionType type) {
  for (const ActivationPair& pair : kActivations)
    if (pair.file == type) return pair.ours;
  return std::nullopt;
}

fb::ActivationFunctionType fused(Activation activation) {
  return std::find_if(std::begin(kActivations), std::end(kActivations),
                      [&](const ActivationPair& pair) { return pair.ours == activation; })
      ->file;
}

}  // namespace pare::tflite
