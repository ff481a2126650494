// The kernels of the moves: those in C, which know only the size of an element, and two in C++ for what has no C form.
#include <cstring>

#include "ops/move/move.hpp"
#include "ops/move/move_extra.hpp"
#include "ops/move/move_fast.hpp"
#include "ops/move/move_s8_prepare.h"
#include "ops/move/transpose_fast.hpp"
#include "ops/operands.hpp"
#include "ops/requantize.hpp"

namespace pare {
namespace {

constexpr size_t kRank = 6;  // of the C kernels
constexpr const char* kSource = "ops/move/move_s8";

int32_t element_bytes(const PrepareInput& input) { return static_cast<int32_t>(bytes_of(input.out[0]->encoding.type)); }

int32_t rank_of(const TensorInfo& t) { return static_cast<int32_t>(t.shape.size()); }

// A move between two tensors of one encoding, small enough for the C kernels.
Result<void> expect_move(const PrepareInput& input) {
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(expect_rank_at_most(*input.in[0], kRank));
  return expect_same_encoding(*input.in[0], *input.out[0]);
}

void visit_copy(ArgVisitor& v, const pare_copy_args& a) { v.number("bytes", a.bytes); }

void visit_gather(ArgVisitor& v, const pare_gather_args& a) {
  v.number("element_bytes", a.element_bytes);
  v.inline_array("extent", a.extent);
  v.inline_array("stride", a.stride);
  v.number("offset", a.offset);
}

void visit_pad(ArgVisitor& v, const pare_pad_args& a) {
  v.number("element_bytes", a.element_bytes);
  v.inline_array("in_extent", a.in_extent);
  v.inline_array("out_extent", a.out_extent);
  v.inline_array("before", a.before);
  v.number("fill", a.fill);
}

void visit_concat(ArgVisitor& v, const pare_concat_args& a) {
  v.number("outer", a.outer);
  v.number("count", a.count);
  v.array("row_bytes", std::span(a.row_bytes, static_cast<size_t>(a.count)));
}

template <class Holder>
Kernel gather_kernel(const std::shared_ptr<Holder>& holder, Isa isa) {
  const Kernel kernel = kernel_of({pare_gather, "pare_gather", kSource, "pare_gather_args"}, holder, visit_gather);
  return fast_gather(holder->args, isa, kernel).value_or(kernel);
}

}  // namespace

Result<Kernel> Reshape::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(expect_same_encoding(*input.in[0], *input.out[0]));
  auto holder = std::make_shared<Holder<pare_copy_args>>();
  holder->args.bytes = static_cast<int32_t>(count_of(input.out[0]->shape)) * element_bytes(input);
  Kernel kernel = kernel_of({pare_copy, "pare_copy", kSource, "pare_copy_args"}, holder, visit_copy);
  kernel.alias = true;
  return kernel;
}

Result<Kernel> Transpose::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_move(input));
  const TensorInfo& x = *input.in[0];
  auto holder = std::make_shared<Holder<pare_gather_args>>();
  const auto extents = narrow(x.shape), order = narrow(perm);
  pare_prepare_transpose(&holder->args, element_bytes(input), rank_of(x), extents.data(), order.data());
  const Kernel kernel = gather_kernel(holder, input.isa);
  if (input.isa == Isa::Portable || element_bytes(input) == 1) return kernel;
  return fast_transpose(holder->args, kernel).value_or(kernel);
}

Result<Kernel> Slice::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_move(input));
  const TensorInfo& x = *input.in[0];
  auto holder = std::make_shared<Holder<pare_gather_args>>();
  const auto extents = narrow(x.shape), first = narrow(begin), count = narrow(size), by = narrow(step);
  const pare_slice_spec spec{first.data(), count.data(), by.data()};
  pare_prepare_slice(&holder->args, element_bytes(input), rank_of(x), extents.data(), &spec);
  return gather_kernel(holder, input.isa);
}

namespace {

// The bytes of the element that stands for the real `value`.
Result<std::vector<std::byte>> element_of(float value, const TensorInfo& y) {
  const auto size = static_cast<size_t>(bytes_of(y.encoding.type));
  std::vector<std::byte> bytes(size);
  if (y.encoding.type != DType::F32 && !y.encoding.affine() && value == 0) return bytes;  // plain integers
  Tensor element = Tensor::of<float>({1}, {value});
  if (y.encoding.affine()) {
    PARE_TRY(element, quantize(element, y.encoding, Rounding::HalfAway));
  }
  if (element.type() != y.encoding.type)
    return Error{Code::Unsupported, "", "padding of " + to_string(y.encoding) + " with a value", "zeros", ""};
  std::memcpy(bytes.data(), element.data(), size);
  return bytes;
}

bool all_equal(const std::vector<std::byte>& bytes) {
  for (const std::byte b : bytes)
    if (b != bytes[0]) return false;
  return true;
}

Kernel fill_kernel(std::vector<std::byte> element, const pare_pad_args& pad) {
  auto holder = std::make_shared<PadValueHolder>();
  holder->element = std::move(element);
  holder->args = {pad, holder->element.data()};
  return Kernel{.run = pad_value, .args = as_args(holder), .name = "pad_value", .c = {}};
}

}  // namespace

Result<Kernel> Pad::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_move(input));
  const TensorInfo& x = *input.in[0];
  PARE_TRY(std::vector<std::byte> element, element_of(value, *input.out[0]));
  auto holder = std::make_shared<Holder<pare_pad_args>>();
  const auto extents = narrow(x.shape), front = narrow(before), back = narrow(after);
  const pare_pad_spec spec{front.data(), back.data(), std::to_integer<int32_t>(element[0])};
  pare_prepare_pad(&holder->args, element_bytes(input), rank_of(x), extents.data(), &spec);
  if (!all_equal(element)) return fill_kernel(std::move(element), holder->args);
  return kernel_of({pare_pad, "pare_pad", kSource, "pare_pad_args"}, holder, visit_pad);
}

namespace {

// Operand `x` as a constant in the output's encoding, or empty if it is computed at run time.
Result<Tensor> constant_of(const TensorInfo& x, const TensorInfo& y) {
  if (!x.constant()) return Tensor();
  if (y.encoding == Encoding::plain(DType::F32)) return real_values(x);
  PARE_TRY(expect_same_encoding(x, y));
  return x.data;
}

Result<std::shared_ptr<ConcatHolder>> hold_operands(const PrepareInput& input, int64_t axis) {
  auto holder = std::make_shared<ConcatHolder>();
  const TensorInfo& y = *input.out[0];
  for (const TensorInfo* x : input.in) {
    if (!x->constant()) {
      PARE_TRY(expect_same_encoding(*x, y));
    }
    PARE_TRY(Tensor constant, constant_of(*x, y));
    const AxisSplit split = split_at(x->shape, axis);
    holder->row_bytes.push_back(static_cast<int32_t>(split.extent * split.inner) * element_bytes(input));
    holder->constants.push_back(constant.empty() ? nullptr : constant.data());
    holder->tensors.push_back(std::move(constant));
  }
  holder->args = {static_cast<int32_t>(split_at(y.shape, axis).outer), static_cast<int32_t>(input.in.size()),
                  holder->row_bytes.data()};
  holder->with_constants = {holder->args, holder->constants.data()};
  return holder;
}

}  // namespace

Result<Kernel> Concat::prepare(const PrepareInput& input) const {
  PARE_TRY(expect_int32_sizes(input));
  PARE_TRY(const std::shared_ptr<ConcatHolder> holder, hold_operands(input, axis));
  for (const void* constant : holder->constants)
    if (constant)
      return Kernel{.run = concat_with_constants,
                    .args = {holder, &holder->with_constants},
                    .name = "concat_with_constants",
                    .c = {}};
  return kernel_of({pare_concat, "pare_concat", kSource, "pare_concat_args"}, holder, visit_concat);
}

}  // namespace pare
