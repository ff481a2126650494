#include "formats/tflite/op_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/tensors.hpp"
#include "ops/unary/unary.hpp"

namespace pare::tflite {
namespace {

Error invalid(std::string found, std::string expected) {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

Result<void> check_ids(const flatbuffers::Vector<int32_t>* ids, size_t required, const Model& model) {
  for (size_t i = 0; i < size_of(ids); ++i) {
    const TensorId id = ids->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (id == kNoTensor && i >= required) continue;
    if (id < 0 || id >= static_cast<TensorId>(model.tensors.size()))
      return invalid(fmt::format("tensor number {}", id), fmt::format("0 to {}", model.tensors.size() - 1));
  }
  return {};
}

Result<void> check_shape(const TensorInfo& tensor) {
  const Result<void> checked = check_extents(tensor.shape);
  if (!checked) return checked.error().at(fmt::format("tensor '{}'", tensor.name));
  return {};
}

std::string counted(size_t least, size_t most) {
  return least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
}

}  // namespace

Result<void> OpReader::check(size_t least, size_t most) const {
  if (operand_count() < least || operand_count() > most)
    return invalid(fmt::format("{} operands", operand_count()), counted(least, most));
  if (size_of(op_.outputs()) != 1) return invalid(fmt::format("{} outputs", size_of(op_.outputs())), "1");
  PARE_TRY(check_ids(op_.inputs(), least, model_));
  PARE_TRY(check_ids(op_.outputs(), 1, model_));
  PARE_TRY(check_shape(operand(0)));
  return check_shape(output());
}

std::string OpReader::place() const {
  const auto id = size_of(op_.outputs()) > 0 ? static_cast<size_t>(op_.outputs()->Get(0)) : model_.tensors.size();
  const std::string name = id < model_.tensors.size() ? model_.tensors[id].name : "";
  return fmt::format("node '{}' ({})", name, name_);
}

std::vector<TensorId> OpReader::operands(size_t count) const {
  std::vector<TensorId> ids;
  for (size_t i = 0; i < std::min(count, operand_count()); ++i) ids.push_back(operand_id(i));
  while (!ids.empty() && ids.back() == kNoTensor) ids.pop_back();
  return ids;
}

Result<Shape> OpReader::shape(size_t i, size_t rank) const {
  const TensorInfo& x = operand(i);
  PARE_TRY(check_shape(x));
  if (x.shape.size() == rank) return x.shape;
  return invalid(fmt::format("operand '{}' has shape {}", x.name, to_string(x.shape)), fmt::format("rank {}", rank));
}

Result<std::vector<int64_t>> OpReader::numbers(size_t i) const {
  const TensorInfo& list = operand(i);
  const DType type = list.encoding.type;
  if (type != DType::I32 && type != DType::I64)
    return invalid(fmt::format("operand '{}' has elements of {}", list.name, pare::name_of(type)), "i32 or i64");
  if (list.shape == Shape{0}) return std::vector<int64_t>{};
  if (!list.constant())
    return Error{Code::Unsupported, "", fmt::format("operand '{}' is computed at run time", list.name), "a constant", ""};
  std::vector<int64_t> numbers;
  if (type == DType::I32) numbers.assign(list.data.view<int32_t>().begin(), list.data.view<int32_t>().end());
  else numbers.assign(list.data.view<int64_t>().begin(), list.data.view<int64_t>().end());
  for (const int64_t number : numbers)
    if (number != static_cast<int32_t>(number))
      return invalid(fmt::format("operand '{}' holds {}", list.name, number), "32-bit numbers");
  return numbers;
}

Result<int64_t> OpReader::axis_from_front(int64_t axis) const {
  const auto rank = static_cast<int64_t>(operand(0).shape.size());
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return invalid(fmt::format("axis {}", axis), fmt::format("an axis of {}", to_string(operand(0).shape)));
}

Result<Activation> OpReader::activation(fb::ActivationFunctionType type) const {
  if (const auto activation = activation_of(type)) return *activation;
  return Error{Code::Unsupported, "", fmt::format("fused activation {}", fb::EnumNameActivationFunctionType(type)),
               "NONE, RELU, RELU6 or RELU_N1_TO_1", ""};
}

Result<Shape> OpReader::infer(const Op& op, const std::vector<TensorId>& in) const {
  Operands operands;
  for (const TensorId id : in) {
    operands.push_back(id == kNoTensor ? nullptr : &model_.tensor(id));
    if (operands.back()) {
      PARE_TRY(check_shape(*operands.back()));
    }
  }
  PARE_TRY(const std::vector<TensorType> types, op.infer(operands));
  PARE_TRY(check_extents(types[0].shape));
  return types[0].shape;
}

Result<void> OpReader::add(OpPtr op, std::vector<TensorId> in) {
  if (inferred_) {
    PARE_TRY(output().shape, infer(*op, in));
  }
  for (const TensorId id : in)
    if (id != kNoTensor) {
      PARE_TRY(check_shape(model_.tensor(id)));
    }
  model_.nodes.push_back({output().name, std::move(op), std::move(in), {op_.outputs()->Get(0)}});
  return {};
}

Result<void> OpReader::add(OpPtr op, std::vector<TensorId> in, Activation activation) {
  if (activation == Activation::None) return add(std::move(op), std::move(in));
  const Unary::Kind kind = activation == Activation::Relu    ? Unary::Kind::Relu
                           : activation == Activation::Relu6 ? Unary::Kind::Relu6
                                                             : Unary::Kind::ReluN1To1;
  PARE_TRY(const TensorId linear, add_inner(std::move(op), std::move(in), "linear"));
  return add(std::make_shared<Unary>(kind), {linear});
}

Result<TensorId> OpReader::add_inner(OpPtr op, std::vector<TensorId> in, const std::string& suffix) {
  PARE_TRY(Shape shape, infer(*op, in));
  const std::string name = output().name + "/" + suffix;
  const TensorId id = model_.add({name, std::move(shape), "", output().encoding, {}});
  model_.nodes.push_back({name, std::move(op), std::move(in), {id}});
  return id;
}

void OpReader::fold(Tensor data) {
  TensorInfo& constant = output();
  constant.shape = data.shape();
  constant.encoding = Encoding::plain(data.type());
  constant.data = std::move(data);
}

}  // namespace pare::tflite
