#include "ops/binary/binary_s8_fast.hpp"

#include <algorithm>
#include <cmath>

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

// The first row.
template <class Args>
RowS8 first_row(const Args& args, const pare_io* io) {
  const pare_broadcast& w = args.walk;
  const void* const* next = io->in;
  const int8_t* a = args.a ? args.a : static_cast<const int8_t*>(*next++);
  const int8_t* b = args.b ? args.b : static_cast<const int8_t*>(*next);
  return {a, b, w.stride_a[4], w.stride_b[4], static_cast<int8_t*>(io->out[0]), w.extent[4]};
}

template <class P>
void run(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const typename P::Args*>(args);
  RowS8 row = first_row(p.reference, io);
  const int8_t *a = row.a, *b = row.b;
  for_rows(p.reference.walk, [&](ptrdiff_t in_a, ptrdiff_t in_b) {
    row.a = a + in_a;
    row.b = b + in_b;
    p.row(row, p.constants);
    row.y += row.count;
  });
}

// A piece of what is one row.
template <class P>
void run_part(const void* args, const pare_io* io, int64_t first, int64_t count) {
  const auto& p = *static_cast<const typename P::Args*>(args);
  RowS8 row = first_row(p.reference, io);
  row.a += first * row.step_a;
  row.b += first * row.step_b;
  row.y += first;
  row.count = count;
  p.row(row, p.constants);
}

template <class P>
Kernel twin(const Kernel& reference, Isa isa, const std::shared_ptr<P>& packed) {
  Kernel kernel = twin_of(reference, isa, run<P>, packed);
  const int32_t* e = packed->args.reference.walk.extent;
  if (std::all_of(e, e + 4, [](int32_t extent) { return extent == 1; })) kernel.part = run_part<P>;
  return kernel;
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

// What Eq. 23a gives for all pairs of codes, a by a, before the output's zero point and within its limits.
std::vector<int16_t> fixed_sums(const pare_add_s8_args& a) {
  const int32_t one = 1 << a.left_shift;
  int32_t second[256];
  for (int b = -128; b < 128; ++b)
    second[b + 128] = a.sign * pare_multiply_fixed_double((b - a.zero_b) * one, a.multiplier_b, a.exponent_b);
  std::vector<int16_t> sums;
  sums.reserve(256 * 256);
  for (int q = -128; q < 128; ++q) {
    const int32_t first = pare_multiply_fixed_double((q - a.zero_a) * one, a.multiplier_a, a.exponent_a);
    for (const int32_t b : second) {
      const int32_t sum = pare_multiply_fixed_double(first + b, a.multiplier_y, a.exponent_y);
      sums.push_back(static_cast<int16_t>(pare_clamp(sum, a.lo - a.zero_y, a.hi - a.zero_y)));
    }
  }
  return sums;
}

// Offsets for which floor((a factor_a + b factor_b + offset) / 2^shift) is `sums`, but for the output's limits: [lo,
// hi], empty if there are none.
struct Offsets {
  int64_t lo, hi;
};
Offsets offsets_for(const SumS8& s, const pare_add_s8_args& a, const std::vector<int16_t>& sums) {
  const int least = a.lo - a.zero_y, most = a.hi - a.zero_y;
  Offsets o{INT32_MIN, INT32_MAX};
  const int16_t* next = sums.data();
  for (int p = -128; p < 128 && o.lo <= o.hi; ++p)
    for (int q = -128; q < 128; ++q) {
      const int64_t sum = *next++, product = int64_t{p} * s.factor_a + int64_t{q} * s.factor_b;
      if (sum > least) o.lo = std::max(o.lo, (sum << s.shift) - product);
      if (sum < most) o.hi = std::min(o.hi, ((sum + 1) << s.shift) - 1 - product);
    }
  return o;
}

// The factors of Eq. 23a as one number each, times 2^shift: as many bits as keep all sums below 2^31.
void choose_factors(SumS8& s, const pare_add_s8_args& a) {
  const double y = std::ldexp(a.multiplier_y, a.exponent_y - 31 + a.left_shift);
  const double first = y * std::ldexp(a.multiplier_a, a.exponent_a - 31),
               second = y * std::ldexp(a.multiplier_b, a.exponent_b - 31);
  s.shift = 30;
  while (s.shift > 1 && (256 * (first + second) + 1) * std::ldexp(1, s.shift) > std::ldexp(1, 31) - 1024) --s.shift;
  s.factor_a = static_cast<int32_t>(std::lround(std::ldexp(first, s.shift)));
  s.factor_b = a.sign * static_cast<int32_t>(std::lround(std::ldexp(second, s.shift)));
}

// Eq. 23a in the form of Eq. 23b, which takes a sixth of the time, where one of the nearest factors gives the same for
// all pairs of codes: for most scales, but not for those with ties, which go away from zero on both sides.
bool fill_fixed_as_shift(SumS8& s, const pare_add_s8_args& a) {
  const std::vector<int16_t> sums = fixed_sums(a);
  choose_factors(s, a);
  const int32_t factor_a = s.factor_a, factor_b = s.factor_b;
  for (const int32_t i : {0, 1, -1, 2, -2})
    for (const int32_t j : {0, 1, -1, 2, -2}) {
      s.factor_a = factor_a + i;
      s.factor_b = factor_b + j;
      const Offsets o = offsets_for(s, a, sums);
      if (o.lo > o.hi) continue;
      s.offset = static_cast<int32_t>(o.lo + (o.hi - o.lo) / 2);
      s.requantize = limits_only(a.zero_y, a.lo, a.hi);
      return s.fits(s.offset);
    }
  return false;
}

}  // namespace

std::optional<Kernel> fast_add_s8(const pare_add_s8_args& args, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.sum_shift) return std::nullopt;
  auto sum = std::make_shared<Sum>();
  sum->owner = reference.args;
  sum->args.reference = args;
  sum->args.row = loops.sum_shift;
  if (args.rule == PARE_SUM_ONE_SHIFT) {
    fill_shift(sum->args.constants, args);
  } else if (!fill_fixed_as_shift(sum->args.constants, args)) {
    sum->args.row = loops.sum_fixed;
    if (!fill_fixed(*sum, args)) return std::nullopt;
  }
  return twin(reference, loops.isa, sum);
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
  return twin(reference, loops.isa, product);
}

}  // namespace pare
