// Transposition of bytes by blocks of 16 columns and up to 16 rows. The vectors are those that every 64-bit processor
// has.
#include "ops/move/move_fast.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace pare {
namespace {

constexpr int kColumns = 16;
using Bytes = int8_t __attribute__((vector_size(kColumns)));

Bytes low_zip(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
Bytes high_zip(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Row i of a matrix begins at x + i stride; its columns become the rows of y, which is dense.
struct Matrix {
  const int8_t* x;
  ptrdiff_t stride;
  int32_t rows, columns;
  int8_t* y;
};

// Puts the rows of the first half between those of the second, again and again until the columns stand one by one.
template <int kRound, int kRows>
__attribute__((always_inline)) inline void zip_from(Bytes (&v)[kRows]) {
  if constexpr (kRound < kRows) {
    Bytes next[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows / 2; ++i) {
      next[2 * i] = low_zip(v[i], v[i + kRows / 2]);
      next[2 * i + 1] = high_zip(v[i], v[i + kRows / 2]);
    }
    zip_from<2 * kRound>(next);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) v[i] = next[i];
  }
}

// 16 columns from c on, of the `rows` rows from r on, at most kRows. All kRows are written: what follows a column
// is overwritten by the next one, and the last one of all is exact.
template <int kRows>
__attribute__((always_inline)) inline void move_block(const int8_t* x, ptrdiff_t stride, int32_t rows, int8_t* y,
                                                      ptrdiff_t y_stride, bool is_last) {
  Bytes v[kRows];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) std::memcpy(&v[i], x + std::min(i, rows - 1) * stride, kColumns);
  zip_from<1>(v);
  if (y_stride == kRows) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) std::memcpy(y + i * kColumns, &v[i], kColumns);
    return;
  }
  int8_t columns[kColumns * kRows];
  std::memcpy(columns, v, sizeof v);
#pragma GCC unroll 16
  for (int i = 0; i < kColumns - 1; ++i) std::memcpy(y + i * y_stride, columns + i * kRows, kRows);
  std::memcpy(y + (kColumns - 1) * y_stride, columns + (kColumns - 1) * kRows,
              static_cast<size_t>(is_last ? rows : kRows));
}

// All columns of some rows. The last block begins where it ends with the matrix.
template <int kRows>
__attribute__((noinline)) void move_rows(const Matrix& m, int32_t r, int32_t rows) {
  const int8_t* x = m.x + r * m.stride;
  int8_t* y = m.y + r;
  const int32_t last = m.columns - kColumns;
  for (int32_t c = 0; c < last; c += kColumns)
    move_block<kRows>(x + c, m.stride, rows, y + ptrdiff_t{c} * m.rows, m.rows, false);
  move_block<kRows>(x + last, m.stride, rows, y + ptrdiff_t{last} * m.rows, m.rows, true);
}

// The last rows first: what they write too much is overwritten by the first ones.
void transpose(const Matrix& m) {
  for (int32_t r = (m.rows - 1) / 16 * 16; r >= 0; r -= 16) {
    const int32_t rows = std::min(m.rows - r, 16);
    const auto move = rows <= 2 ? move_rows<2> : rows <= 4 ? move_rows<4> : rows <= 8 ? move_rows<8> : move_rows<16>;
    move(m, r, rows);
  }
}

// Calls f(where the last two axes start in x, in elements) for each place of the outer ones, in order.
template <class F>
void for_outer(const pare_gather_args& a, F f) {
  const auto &e = a.extent, &s = a.stride;
  for (ptrdiff_t i = 0; i < e[0]; ++i)
    for (ptrdiff_t j = 0; j < e[1]; ++j)
      for (ptrdiff_t k = 0; k < e[2]; ++k)
        for (ptrdiff_t l = 0; l < e[3]; ++l) f(a.offset + i * s[0] + j * s[1] + k * s[2] + l * s[3]);
}

void gather_columns(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const pare_gather_args*>(args);
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  for_outer(a, [&](ptrdiff_t start) {
    transpose({x + start, a.stride[5], a.extent[5], a.extent[4], y});
    y += ptrdiff_t{a.extent[4]} * a.extent[5];
  });
}

// Runs of kBytes neighbouring bytes.
template <int kBytes>
void gather_runs(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const pare_gather_args*>(args);
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  const ptrdiff_t step = ptrdiff_t{a.stride[4]} * a.element_bytes;
  for_outer(a, [&](ptrdiff_t start) {
    const int8_t* from = x + start * a.element_bytes;
    for (int32_t m = 0; m < a.extent[4]; ++m, from += step, y += kBytes) std::memcpy(y, from, kBytes);
  });
}

constexpr int kLongestRun = 16;
template <int... kBytes>
pare_kernel runs_of(int bytes, std::integer_sequence<int, kBytes...>) {
  constexpr pare_kernel kKernels[] = {gather_runs<kBytes + 1>...};
  return kKernels[bytes - 1];
}

// Null if there is none that is faster than the C form.
pare_kernel kernel_for(const pare_gather_args& a) {
  const int64_t run = int64_t{a.extent[5]} * a.element_bytes;
  if (a.stride[5] == 1)
    return run > 1 && run <= kLongestRun
               ? runs_of(static_cast<int>(run), std::make_integer_sequence<int, kLongestRun>())
               : nullptr;
  const bool columns = a.element_bytes == 1 && a.stride[4] == 1;
  return columns && a.extent[4] >= kColumns && a.extent[5] > 1 ? gather_columns : nullptr;
}

}  // namespace

std::optional<Kernel> fast_gather(const pare_gather_args& args, Isa isa, const Kernel& reference) {
  const pare_kernel run = kernel_for(args);
  if (isa == Isa::Portable || !run) return std::nullopt;
  auto holder = std::make_shared<Holder<pare_gather_args>>();
  holder->args = args;
  return faster_form(reference, "gather_fast", run, holder);
}

}  // namespace pare
