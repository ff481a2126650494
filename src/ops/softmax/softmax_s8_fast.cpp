// A softmax has 256 different exponentials, so they are computed once. In a row the code of an element depends on its
// distance k from the greatest alone: long rows compute the codes that are above the least, and look all elements up.
#include "ops/softmax/softmax_s8_fast.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "fixed_exp.h"

namespace pare {
namespace {

constexpr int32_t kLong = 32;  // from so many elements on a row's codes are looked up
constexpr int kTogether = 4;   // rows, whose sums need not wait for each other

// Eq. 27a: exponentials in Q0.31, and in Q12.19 as they are summed; 0 where they are not.
struct Fixed {
  int32_t rows, depth;
  std::array<int32_t, 256> exps, terms;

  // The codes of a row of this sum.
  struct Codes {
    const Fixed& form;
    int32_t reciprocal, shift;
    Codes(const Fixed& f, int32_t sum) : form(f) {
      const int zeros = std::countl_zero(static_cast<uint32_t>(sum));
      reciprocal = pare_reciprocal_one_plus(static_cast<int32_t>((static_cast<uint32_t>(sum) << zeros) - 0x80000000u));
      shift = 12 - zeros + 31 - 8;
    }
    int8_t operator()(int32_t k) const {
      if (shift > 31) return -128;
      const int32_t p =
          pare_shift_half_away(pare_doubling_high_multiply(reciprocal, form.exps[static_cast<size_t>(k)]), shift);
      return static_cast<int8_t>(pare_clamp(p - 128, -128, 127));
    }
  };
  int8_t least() const { return -128; }
};

// Eq. 27b.
struct Real {
  int32_t rows, depth;
  std::array<float, 256> terms;
  float out_scale;
  int32_t out_zero_point;

  struct Codes {
    const Real& form;
    float factor;
    Codes(const Real& f, float sum) : form(f), factor(1.0f / (sum * f.out_scale)) {}
    int8_t operator()(int32_t k) const {
      const float p = form.terms[static_cast<size_t>(k)] * factor;
      return static_cast<int8_t>(pare_clamp(pare_truncate_f32(p + 0.5f) + form.out_zero_point, -128, 127));
    }
  };
  int8_t least() const { return static_cast<int8_t>(pare_clamp(out_zero_point, -128, 127)); }
};

template <class Form>
struct Packed {
  struct Args {
    Form form;
    decltype(LoopsS8::lookup) lookup;
  } args{};
};

int8_t greatest(const int8_t* x, int32_t count) {
  int8_t most = -128;
  for (int32_t i = 0; i < count; ++i) most = std::max(most, x[i]);
  return most;
}

// Codes fall as k grows, so after the first least one there is no other.
template <class Args, class Codes>
void write_row(const Args& a, const Codes& code, int32_t most, const int8_t* x, int8_t* y) {
  const int32_t depth = a.form.depth;
  if (depth < kLong) {
    for (int32_t i = 0; i < depth; ++i) y[i] = code(most - x[i]);
    return;
  }
  const int8_t least = a.form.least();
  int8_t table[256];
  std::memset(table, least, sizeof table);
  for (int32_t place = most + 128; place >= 0; --place)
    if ((table[place] = code(most + 128 - place)) == least) break;
  a.lookup(x, table, y, depth);
}

template <int kRows, class Args>
void run_rows(const Args& a, const int8_t* x, int8_t* y) {
  const ptrdiff_t depth = a.form.depth;
  int32_t most[kRows];
  for (int r = 0; r < kRows; ++r) most[r] = greatest(x + r * depth, a.form.depth);
  typename decltype(a.form.terms)::value_type sum[kRows] = {};
  for (ptrdiff_t i = 0; i < depth; ++i)
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) sum[r] += a.form.terms[static_cast<size_t>(most[r] - x[r * depth + i])];
  for (int r = 0; r < kRows; ++r)
    write_row(a, typename decltype(a.form)::Codes(a.form, sum[r]), most[r], x + r * depth, y + r * depth);
}

template <class Form>
void run(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const typename Packed<Form>::Args*>(args);
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  const ptrdiff_t depth = a.form.depth;
  int32_t left = a.form.rows;
  for (; left >= kTogether; left -= kTogether, x += kTogether * depth, y += kTogether * depth)
    run_rows<kTogether>(a, x, y);
  for (; left > 0; --left, x += depth, y += depth) run_rows<1>(a, x, y);
}

template <class Form>
std::optional<Kernel> twin(const Form& form, bool falling, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.lookup || !falling) return std::nullopt;
  auto packed = std::make_shared<Packed<Form>>();
  packed->args = {form, loops.lookup};
  return twin_of(reference, loops.isa, run<Form>, packed);
}

template <class Terms>
bool falls(const Terms& terms) {
  return std::is_sorted(terms.begin(), terms.end(), std::greater<>());
}

}  // namespace

std::optional<Kernel> fast_softmax_s8(const pare_softmax_s8_args& args, Isa isa, const Kernel& reference) {
  Fixed form{args.rows, args.depth, {}, {}};
  for (int32_t k = 0; k < 256 && -k >= args.diff_min; ++k) {
    const int32_t e = pare_exp_negative(pare_multiply_fixed_double(-k, args.multiplier, args.exponent), 5);
    form.exps[static_cast<size_t>(k)] = e;
    form.terms[static_cast<size_t>(k)] = pare_shift_half_away(e, 12);
  }
  return twin(form, falls(form.exps), isa, reference);
}

std::optional<Kernel> fast_softmax_s8(const pare_softmax_table_s8_args& args, Isa isa, const Kernel& reference) {
  if (args.depth < kLong) return std::nullopt;
  Real form{args.rows, args.depth, {}, args.out_scale, args.out_zero_point};
  std::copy(args.table, args.table + 256, form.terms.begin());
  return twin(form, falls(form.terms), isa, reference);
}

}  // namespace pare
