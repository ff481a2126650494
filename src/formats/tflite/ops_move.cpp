// Operators that only move elements.
#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/tensors.hpp"
#include "ops/move/move.hpp"

namespace pare::tflite {
namespace {

Error invalid(std::string found, std::string expected) {
  return {Code::InvalidModel, "", std::move(found), std::move(expected), ""};
}

Result<void> add_reshape(OpReader& reader, Shape shape) {
  auto op = std::make_shared<Reshape>();
  op->shape = std::move(shape);
  return reader.add(op, reader.operands(1));
}

std::vector<int64_t> widened(const flatbuffers::Vector<int32_t>* list) {
  if (!list) return {};
  return {list->begin(), list->end()};
}

// The wanted shape from the second operand, else from the options.
Result<std::vector<int64_t>> wanted_shape(const OpReader& reader) {
  if (reader.operand_count() > 1 && reader.operand_id(1) != kNoTensor) return reader.numbers(1);
  const auto* options = reader.options_if_any<fb::ReshapeOptions>();
  if (options) return widened(options->new_shape());
  return invalid("neither a second operand nor options", "a shape");
}

}  // namespace

Result<void> read_reshape(OpReader& reader) {
  PARE_TRY(const std::vector<int64_t> wanted, wanted_shape(reader));
  Shape closed = wanted;
  const auto open = std::find(closed.begin(), closed.end(), -1);
  if (open != closed.end()) *open = 1;
  PARE_TRY(check_extents(closed));
  return add_reshape(reader, wanted);
}

Result<void> read_squeeze(OpReader& reader) {
  const Shape& x = reader.operand(0).shape;
  const auto* options = reader.options_if_any<fb::SqueezeOptions>();
  std::vector<bool> dropped(x.size(), false);
  for (const int64_t axis : widened(options ? options->squeeze_dims() : nullptr)) {
    PARE_TRY(const int64_t from_front, reader.axis_from_front(axis));
    if (x[static_cast<size_t>(from_front)] != 1)
      return invalid(fmt::format("axis {} of {} is squeezed", axis, to_string(x)), "an extent of 1");
    dropped[static_cast<size_t>(from_front)] = true;
  }
  const bool all = std::find(dropped.begin(), dropped.end(), true) == dropped.end();
  Shape y;
  for (size_t i = 0; i < x.size(); ++i)
    if (all ? x[i] != 1 : !dropped[i]) y.push_back(x[i]);
  return add_reshape(reader, std::move(y));
}

Result<void> read_expand_dims(OpReader& reader) {
  PARE_TRY(const std::vector<int64_t> axis, reader.numbers(1));
  Shape y = reader.operand(0).shape;
  const auto rank = static_cast<int64_t>(y.size());
  if (axis.size() != 1 || axis[0] < -rank - 1 || axis[0] > rank)
    return invalid("axis " + to_string(axis), fmt::format("one number from {} to {}", -rank - 1, rank));
  y.insert(y.begin() + (axis[0] < 0 ? axis[0] + rank + 1 : axis[0]), 1);
  return add_reshape(reader, std::move(y));
}

Result<void> write_reshape(OpWriter& writer) {
  const auto& shape = writer.op<Reshape>().shape;
  fb::ReshapeOptionsT options;
  options.new_shape.assign(shape.begin(), shape.end());
  std::vector<FileId> in = writer.operands();
  // An empty list, the shape of a scalar, cannot be a constant with data; the options say it.
  if (!shape.empty()) in.push_back(writer.numbers("shape", shape));
  writer.add(fb::BuiltinOperator::RESHAPE, std::move(options), std::move(in));
  return {};
}

Result<void> read_transpose(OpReader& reader) {
  auto op = std::make_shared<Transpose>();
  PARE_TRY(op->perm, reader.numbers(1));
  for (int64_t& axis : op->perm) {
    PARE_TRY(axis, reader.axis_from_front(axis));
  }
  return reader.add(op, reader.operands(1));
}

Result<void> write_transpose(OpWriter& writer) {
  std::vector<FileId> in = writer.operands();
  in.push_back(writer.numbers("perm", writer.op<Transpose>().perm));
  writer.add(fb::BuiltinOperator::TRANSPOSE, fb::TransposeOptionsT{}, std::move(in));
  return {};
}

namespace {

// The paddings [rank, 2] of PAD and PADV2.
Result<std::shared_ptr<Pad>> read_amounts(const OpReader& reader) {
  PARE_TRY(const std::vector<int64_t> amounts, reader.numbers(1));
  const size_t rank = reader.operand(0).shape.size();
  if (amounts.size() != 2 * rank)
    return invalid(fmt::format("{} paddings", amounts.size()), fmt::format("{}, two for each axis", 2 * rank));
  auto op = std::make_shared<Pad>();
  for (size_t i = 0; i < rank; ++i) {
    op->before.push_back(amounts[2 * i]);
    op->after.push_back(amounts[2 * i + 1]);
  }
  return op;
}

// The one element of a constant, as a real in the encoding of the first operand.
Result<float> read_value(const OpReader& reader, size_t i) {
  const TensorInfo& value = reader.operand(i);
  if (!value.constant() || value.data.count() != 1)
    return Error{Code::Unsupported, "", fmt::format("the value '{}' is not a constant of one element", value.name), "one", ""};
  const Encoding& encoding = reader.operand(0).encoding;
  if (value.encoding.type != encoding.type || encoding.grain == Grain::Channel || encoding.type == DType::F16)
    return invalid(fmt::format("the value '{}' is {}", value.name, to_string(value.encoding)),
                   fmt::format("{}, as the operand is", to_string(encoding)));
  return dequantize(value.data, encoding).view<float>()[0];
}

}  // namespace

Result<void> read_pad(OpReader& reader) {
  PARE_TRY(const std::shared_ptr<Pad> op, read_amounts(reader));
  return reader.add(op, reader.operands(1));
}

Result<void> read_padv2(OpReader& reader) {
  PARE_TRY(const std::shared_ptr<Pad> op, read_amounts(reader));
  PARE_TRY(op->value, read_value(reader, 2));
  return reader.add(op, reader.operands(1));
}

Result<void> write_pad(OpWriter& writer) {
  const auto& op = writer.op<Pad>();
  std::vector<int64_t> amounts;
  for (size_t i = 0; i < op.before.size(); ++i) {
    amounts.push_back(op.before[i]);
    amounts.push_back(op.after[i]);
  }
  std::vector<FileId> in = writer.operands();
  in.push_back(writer.numbers("paddings", {static_cast<int64_t>(op.before.size()), 2}, amounts));
  if (op.value == 0) {
    writer.add(fb::BuiltinOperator::PAD, fb::PadOptionsT{}, std::move(in));
    return {};
  }
  PARE_TRY(const FileId value, writer.real("value", op.value, writer.in(0).encoding));
  in.push_back(value);
  writer.add(fb::BuiltinOperator::PADV2, fb::PadV2OptionsT{}, std::move(in));
  return {};
}

Result<void> read_slice(OpReader& reader) {
  const Shape& x = reader.operand(0).shape;
  auto op = std::make_shared<Slice>();
  PARE_TRY(op->begin, reader.numbers(1));
  PARE_TRY(op->size, reader.numbers(2));
  if (op->begin.size() != x.size() || op->size.size() != x.size())
    return invalid(fmt::format("begin {} and size {} for {}", to_string(op->begin), to_string(op->size), to_string(x)),
                   "one number an axis");
  for (size_t i = 0; i < x.size(); ++i)
    if (op->size[i] == -1) op->size[i] = x[i] - op->begin[i];
  op->step.assign(x.size(), 1);
  return reader.add(op, reader.operands(1));
}

namespace {

// STRIDED_SLICE's numbers: lists for the first axes, and bits that change their meaning.
struct StridedSlice {
  std::vector<int64_t> begin, end, step;
  int begin_mask = 0, end_mask = 0, shrink_mask = 0;
};

bool bit(int mask, size_t i) { return (mask >> i & 1) != 0; }

// A place counted from either end, cut to [lo, hi].
int64_t place_on(int64_t index, int64_t extent, int64_t lo, int64_t hi) {
  return std::clamp(index < 0 ? index + extent : index, lo, hi);
}

// Appends one axis to `op`.
Result<void> resolve_axis(const StridedSlice& s, size_t i, int64_t extent, Slice& op) {
  const int64_t step = s.step[i];
  if (step == 0) return invalid(fmt::format("a step of 0 on axis {}", i), "another number");
  const int64_t lo = step > 0 ? 0 : -1, hi = step > 0 ? extent : extent - 1;
  const int64_t first = step > 0 ? lo : hi, last = step > 0 ? hi : lo;
  const int64_t begin = bit(s.begin_mask, i) ? first : place_on(s.begin[i], extent, lo, hi);
  const int64_t end = bit(s.shrink_mask, i) ? begin + step
                      : bit(s.end_mask, i)  ? last
                                            : place_on(s.end[i], extent, lo, hi);
  op.begin.push_back(begin);
  op.size.push_back(step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step);
  op.step.push_back(step);
  if (op.size.back() >= 1 && begin >= 0 && begin < extent) return {};
  return invalid(fmt::format("no element from {} to {} by {} on axis {}", begin, end, step, i),
                 fmt::format("places inside 0 to {}", extent - 1));
}

Result<std::shared_ptr<Slice>> resolve(const StridedSlice& s, const Shape& x) {
  const size_t given = s.begin.size();
  if (given > x.size() || s.end.size() != given || s.step.size() != given)
    return invalid(fmt::format("begin {}, end {}, strides {} for {}", to_string(s.begin), to_string(s.end),
                               to_string(s.step), to_string(x)),
                   "one number an axis");
  auto op = std::make_shared<Slice>();
  for (size_t i = 0; i < given; ++i) {
    PARE_TRY(resolve_axis(s, i, x[i], *op));
  }
  for (size_t i = given; i < x.size(); ++i) {
    op->begin.push_back(0);
    op->size.push_back(x[i]);
    op->step.push_back(1);
  }
  return op;
}

Result<StridedSlice> read_strided(const OpReader& reader) {
  StridedSlice s;
  PARE_TRY(s.begin, reader.numbers(1));
  PARE_TRY(s.end, reader.numbers(2));
  PARE_TRY(s.step, reader.numbers(3));
  const auto* options = reader.options_if_any<fb::StridedSliceOptions>();
  if (!options) return s;
  if (options->ellipsis_mask() != 0 || options->new_axis_mask() != 0 || options->offset())
    return Error{Code::Unsupported, "", "ellipsis_mask, new_axis_mask or offset", "zeros", ""};
  s.begin_mask = options->begin_mask();
  s.end_mask = options->end_mask();
  s.shrink_mask = options->shrink_axis_mask();
  return s;
}

}  // namespace

Result<void> read_strided_slice(OpReader& reader) {
  PARE_TRY(const StridedSlice s, read_strided(reader));
  PARE_TRY(const std::shared_ptr<Slice> op, resolve(s, reader.operand(0).shape));
  Shape kept;
  for (size_t i = 0; i < op->size.size(); ++i)
    if (i >= s.begin.size() || !bit(s.shrink_mask, i)) kept.push_back(op->size[i]);
  if (kept.size() == op->size.size()) return reader.add(op, reader.operands(1));
  PARE_TRY(const TensorId slice, reader.add_inner(op, reader.operands(1), "slice"));
  auto reshape = std::make_shared<Reshape>();
  reshape->shape = std::move(kept);
  return reader.add(reshape, {slice});
}

namespace {

// Steps other than 1 need STRIDED_SLICE; an end before the first element is said by its mask.
void write_strided_slice(OpWriter& writer, const Slice& op) {
  std::vector<int64_t> end;
  fb::StridedSliceOptionsT options;
  for (size_t i = 0; i < op.begin.size(); ++i) {
    end.push_back(op.begin[i] + op.size[i] * op.step[i]);
    if (end.back() < 0) options.end_mask |= 1 << i;
  }
  std::vector<FileId> in = writer.operands();
  in.push_back(writer.numbers("begin", op.begin));
  in.push_back(writer.numbers("end", end));
  in.push_back(writer.numbers("strides", op.step));
  writer.add(fb::BuiltinOperator::STRIDED_SLICE, std::move(options), std::move(in));
}

}  // namespace

Result<void> write_slice(OpWriter& writer) {
  const auto& op = writer.op<Slice>();
  if (std::any_of(op.step.begin(), op.step.end(), [](int64_t step) { return step != 1; })) {
    write_strided_slice(writer, op);
    return {};
  }
  std::vector<FileId> in = writer.operands();
  in.push_back(writer.numbers("begin", op.begin));
  in.push_back(writer.numbers("size", op.size));
  writer.add(fb::BuiltinOperator::SLICE, fb::SliceOptionsT{}, std::move(in));
  return {};
}

Result<void> read_concatenation(OpReader& reader) {
  PARE_TRY(const fb::ConcatenationOptions* options, reader.options<fb::ConcatenationOptions>());
  PARE_TRY(const Activation activation, reader.activation(options->fused_activation_function()));
  auto op = std::make_shared<Concat>();
  PARE_TRY(op->axis, reader.axis_from_front(options->axis()));
  return reader.add(op, reader.operands(reader.operand_count()), activation);
}

Result<void> write_concat(OpWriter& writer) {
  fb::ConcatenationOptionsT options;
  options.axis = static_cast<int32_t>(writer.op<Concat>().axis);
  writer.add(fb::BuiltinOperator::CONCATENATION, std::move(options), writer.operands());
  return {};
}

}  // namespace pare::tflite
