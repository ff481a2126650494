#include "ops/binary/binary_s8_fast.hpp"

#include <algorithm>

namespace pare {
namespace {

// Arguments of a fast kernel, with what they point to.
template <class Reference, class Constants>
struct Packed {
  struct Args {
    Reference reference;
    Constants constants;
    void (*row)(const RowS8& row, const Constants& constants);
  } args{};
  std::shared_ptr<const void> owner;  // of constant operands
  RequantizePack requantize, inputs;
};
using Sum = Packed<pare_add_s8_args, SumS8>;
using Product = Packed<pare_mul_s8_args, ProductS8>;

// Calls f(offset in a, offset in b) for each row, in order.
template <class F>
void for_rows(const pare_broadcast& w, F f) {
  const int32_t* e = w.extent;
  const auto at = [](const int32_t* s, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k, ptrdiff_t l) {
    return i * s[0] + j * s[1] + k * s[2] + l * s[3];
  };
  for (int32_t i = 0; i < e[0]; ++i)
    for (int32_t j = 0; j < e[1]; ++j)
      for (int32_t k = 0; k < e[2]; ++k)
        for (int32_t l = 0; l < e[3]; ++l) f(at(w.stride_a, i, j, k, l), at(w.stride_b, i, j, k, l));
}

template <class P>
void run(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const typename P::Args*>(args);
  const pare_broadcast& w = p.reference.walk;
  const void* const* next = io->in;
  const int8_t* a = p.reference.a ? p.reference.a : static_cast<const int8_t*>(*next++);
  const int8_t* b = p.reference.b ? p.reference.b : static_cast<const int8_t*>(*next);
  RowS8 row{a, b, w.stride_a[4], w.stride_b[4], static_cast<int8_t*>(io->out[0]), w.extent[4]};
  for_rows(w, [&](ptrdiff_t in_a, ptrdiff_t in_b) {
    row.a = a + in_a;
    row.b = b + in_b;
    p.row(row, p.constants);
    row.y += row.count;
  });
}

// Eq. 23b with the zero points in the offset; its sums stay below 2^31.
void fill_shift(SumS8& s, const pare_add_s8_args& a) {
  s.factor_a = a.multiplier_a;
  s.factor_b = a.sign * a.multiplier_b;
  s.shift = a.shift;
  s.offset = (1 << (a.shift - 1)) - a.zero_a * s.factor_a - a.zero_b * s.factor_b;
  s.requantize = limits_only(a.zero_y, a.lo, a.hi);
}

// Eq. 23a. Neither input's factor is above 1/2, so the sum is not above an input.
bool fill_fixed(Sum& sum, const pare_add_s8_args& a) {
  const int32_t multiplier[] = {a.multiplier_a, a.multiplier_b}, exponent[] = {a.exponent_a, a.exponent_b};
  const int64_t input = int64_t{255} << a.left_shift, inputs[] = {input, input}, output[] = {input + 2};
  auto in = splat_requantize({PARE_FIXED_DOUBLE, 2, multiplier, exponent, nullptr, 0, -128, 127}, inputs);
  auto out =
      splat_requantize({PARE_FIXED_DOUBLE, 1, &a.multiplier_y, &a.exponent_y, nullptr, a.zero_y, a.lo, a.hi}, output);
  if (!in || !out || std::max(a.exponent_a, a.exponent_b) > 0) return false;
  sum.inputs = std::move(*in);
  sum.requantize = std::move(*out);
  SumS8& s = sum.args.constants;
  s.inputs = sum.inputs.vectors;
  s.requantize = sum.requantize.vectors;
  s.zero_a = a.zero_a;
  s.zero_b = a.zero_b;
  s.left_shift = a.left_shift;
  s.minus = a.sign < 0;
  return true;
}

}  // namespace

std::optional<Kernel> fast_add_s8(const pare_add_s8_args& args, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.sum_shift) return std::nullopt;
  auto sum = std::make_shared<Sum>();
  sum->owner = reference.args;
  sum->args.reference = args;
  const bool shift = args.rule == PARE_SUM_ONE_SHIFT;
  sum->args.row = shift ? loops.sum_shift : loops.sum_fixed;
  if (shift)
    fill_shift(sum->args.constants, args);
  else if (!fill_fixed(*sum, args))
    return std::nullopt;
  return twin_of(reference, isa, run<Sum>, sum);
}

std::optional<Kernel> fast_mul_s8(const pare_mul_s8_args& args, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  const int64_t bounds[] = {255 * 255};
  auto pack = splat_requantize(args.requantize, bounds);
  if (!loops.product || !pack) return std::nullopt;
  auto product = std::make_shared<Product>();
  product->owner = reference.args;
  product->requantize = std::move(*pack);
  product->args = {args, {product->requantize.vectors, args.zero_a, args.zero_b}, loops.product};
  return twin_of(reference, isa, run<Product>, product);
}

}  // namespace pare
