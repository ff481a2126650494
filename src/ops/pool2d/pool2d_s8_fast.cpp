// A window is rows by columns: the rows under a row of windows become one line, column by column, then the columns of each window
// one output. With a stride, columns are first brought together by what their places leave when they are divided by it, so that
// those of neighbouring windows are neighbours, too. Sums stand as words, so windows of an average have up to 255
// places; larger ones go place by place.
#include "ops/pool2d/pool2d_s8_fast.hpp"

#include <algorithm>
#include <cstring>

#include "ops/window_rows.hpp"

namespace pare {
namespace {

constexpr int64_t kWordPlaces = 255;      // of codes, whose sum is a word
constexpr int64_t kMostPlaces = 1 << 16;  // their sum, rounded, stays below 2^24

struct Span {
  int32_t first, last;
  int32_t size() const { return last - first; }
};
Span inside(int32_t first, int32_t window, int32_t extent) {
  return {std::max(first, 0), std::min(first + window, extent)};
}

// Neighbouring windows with as many columns inside the image.
struct Run {
  int32_t first, count, columns;
};

struct Args {
  pare_pool2d_s8_args pool;
  LoopsS8 loops;
  RequantizeVectors limits;
  std::vector<ptrdiff_t> down, across;  // where kernel rows are in x, and kernel columns in the line
  std::vector<Run> runs;
  int64_t phase;     // elements of the columns that leave the same when divided by the stride
  int32_t seen;      // columns of x that windows see
  bool padded;       // do they see others?
  int64_t sample() const { return int64_t{1} * pool.in_h * pool.in_w * pool.c; }
  int64_t row() const { return int64_t{1} * pool.out_w * pool.c; }
};
struct Packed {
  Args args{};
};

std::vector<Run> runs_of(const pare_pool2d_s8_args& p) {
  std::vector<Run> runs;
  for (int32_t ow = 0; ow < p.out_w; ++ow) {
    const int32_t columns = inside(ow * p.stride_w - p.pad_left, p.kernel_w, p.in_w).size();
    if (runs.empty() || runs.back().columns != columns) runs.push_back({ow, 0, columns});
    ++runs.back().count;
  }
  return runs;
}

void plan_lines(Args& a) {
  const pare_pool2d_s8_args& p = a.pool;
  const int32_t columns = (p.out_w - 1) * p.stride_w + p.kernel_w;
  a.seen = std::min(p.in_w, columns - p.pad_left);
  a.padded = columns > a.seen;
  a.phase = int64_t{(columns + p.stride_w - 1) / p.stride_w} * p.c;
  for (int32_t k = 0; k < p.kernel_h; ++k) a.down.push_back(ptrdiff_t{k} * p.in_w * p.c);
  for (int32_t k = 0; k < p.kernel_w; ++k) a.across.push_back(k % p.stride_w * a.phase + ptrdiff_t{k / p.stride_w} * p.c);
  a.runs = runs_of(p);
}

// ---- lines --------------------------------------------------------------------------------------------------------

// The scratch: two lines in turn, a row of columns as they come, and the windows' sums.
template <class T>
struct Lines {
  T *line[2], *columns;
  int16_t* sums;

  static int64_t line_bytes(const Args& a) { return whole_lines(a.pool.stride_w * a.phase * int64_t{sizeof(T)}); }
  static int64_t columns_bytes(const Args& a) { return whole_lines(int64_t{1} * a.seen * a.pool.c * int64_t{sizeof(T)}); }
  static int64_t bytes(const Args& a) {
    return 2 * line_bytes(a) + columns_bytes(a) + (sizeof(T) > 1 ? 2 * (whole_lines(a.row()) + kWordSlack) : 0);
  }
  Lines(const Args& a, void* scratch, T outside) {
    const int64_t size = line_bytes(a) / int64_t{sizeof(T)};
    line[0] = static_cast<T*>(scratch);
    line[1] = line[0] + size;
    columns = line[1] + size;
    sums = reinterpret_cast<int16_t*>(columns + columns_bytes(a) / int64_t{sizeof(T)});
    if (a.padded) std::fill_n(line[0], 2 * size, outside);
  }
};

// `count` pieces of kBytes, or of `bytes`, from places that are `step` bytes from each other to neighbours.
template <int kBytes>
void gather_pieces(const std::byte* from, ptrdiff_t step, std::byte* to, int64_t count, int64_t bytes) {
  for (int64_t i = 0; i < count; ++i, from += step, to += bytes)
    std::memcpy(to, from, kBytes ? size_t{kBytes} : static_cast<size_t>(bytes));
}
void gather(const std::byte* from, ptrdiff_t step, std::byte* to, int64_t count, int64_t bytes) {
  switch (bytes) {
    case 1: return gather_pieces<1>(from, step, to, count, 1);
    case 2: return gather_pieces<2>(from, step, to, count, 2);
    case 4: return gather_pieces<4>(from, step, to, count, 4);
    case 8: return gather_pieces<8>(from, step, to, count, 8);
    case 16: return gather_pieces<16>(from, step, to, count, 16);
    case 32: return gather_pieces<32>(from, step, to, count, 32);
    case 64: return gather_pieces<64>(from, step, to, count, 64);
    case 128: return gather_pieces<128>(from, step, to, count, 128);
    default: return gather_pieces<0>(from, step, to, count, bytes);
  }
}

// Column j of x is column pad_left + j of the line.
template <class T>
void bring_together(const Args& a, const T* columns, T* line) {
  const pare_pool2d_s8_args& p = a.pool;
  const int64_t bytes = p.c * int64_t{sizeof(T)};
  for (int32_t j = 0; j < std::min(p.stride_w, a.seen); ++j) {
    const int32_t at = p.pad_left + j, count = (a.seen - j + p.stride_w - 1) / p.stride_w;
    T* to = line + at % p.stride_w * a.phase + int64_t{at / p.stride_w} * p.c;
    gather(reinterpret_cast<const std::byte*>(columns + int64_t{j} * p.c), p.stride_w * bytes, reinterpret_cast<std::byte*>(to), count,
           bytes);
  }
}

Span rows_of(const pare_pool2d_s8_args& p, int64_t row) {
  return inside(static_cast<int32_t>(row % p.out_h) * p.stride_h - p.pad_top, p.kernel_h, p.in_h);
}

// For each output row down(columns of x, where they go), and across(windows of its line, y, rows of a window); across after the
// next row's down, since a line that is read as soon as it is written waits until that has reached the cache.
template <class T, class Down, class Across>
void for_rows(const Args& a, const pare_io* io, const Lines<T>& l, Down down, Across across) {
  const pare_pool2d_s8_args& p = a.pool;
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  const int64_t rows = int64_t{1} * p.n * p.out_h;
  for (int64_t r = 0; r <= rows; ++r) {
    if (r < rows) {
      const Span h = rows_of(p, r);
      T* line = l.line[r % 2];
      const int8_t* first = x + r / p.out_h * a.sample() + int64_t{h.first} * p.in_w * p.c;
      down(ColumnsS8<int8_t>{first, a.down.data(), h.size(), int64_t{a.seen} * p.c},
           p.stride_w == 1 ? line + int64_t{p.pad_left} * p.c : l.columns);
      if (p.stride_w > 1) bring_together(a, l.columns, line);
    }
    if (r == 0) continue;
    across(ColumnsS8<T>{l.line[(r - 1) % 2], a.across.data(), p.kernel_w, a.row()}, y + (r - 1) * a.row(), rows_of(p, r - 1).size());
  }
}

void run_maximum(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Args*>(args);
  const RequantizeVectors all = limits_only(0, -128, 127);
  for_rows(
      a, io, Lines<int8_t>(a, io->scratch, -128),
      [&](const auto& x, int8_t* to) { a.loops.maximum(x, all, to); },
      [&](const auto& line, int8_t* y, int32_t) { a.loops.maximum(line, a.limits, y); });
}

AverageS8 average_of(const Args& a, int32_t places) {
  const int32_t count = a.pool.count_outside ? a.pool.kernel_h * a.pool.kernel_w : places;
  return {a.limits, count, (count - places) * a.pool.in_zero_point};
}

void run_average(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Args*>(args);
  const Lines<int16_t> l(a, io->scratch, 0);
  for_rows(
      a, io, l, [&](const auto& x, int16_t* to) { a.loops.sum(x, to); },
      [&](const auto& line, int8_t* y, int32_t rows) {
        a.loops.sum_words(line, l.sums);
        for (const Run& run : a.runs) {
          const int64_t first = int64_t{run.first} * a.pool.c;
          a.loops.average_words(l.sums + first, average_of(a, rows * run.columns), y + first, int64_t{run.count} * a.pool.c);
        }
      });
}

// ---- place by place -----------------------------------------------------------------------------------------------

void run_large_average(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Args*>(args);
  const pare_pool2d_s8_args& p = a.pool;
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  StackS8 s{};
  s.x_end = x + p.n * a.sample();
  s.y = static_cast<int8_t*>(io->out[0]);
  s.y_end = s.y + ptrdiff_t{p.n} * p.out_h * a.row();
  s.extent[0] = 1;
  s.stride[1] = ptrdiff_t{1} * p.in_w * p.c;
  s.stride[2] = s.channels = p.c;
  for (int32_t n = 0; n < p.n; ++n, x += a.sample())
    for (int32_t oh = 0; oh < p.out_h; ++oh)
      for (int32_t ow = 0; ow < p.out_w; ++ow, s.y += p.c) {
        const Span h = inside(oh * p.stride_h - p.pad_top, p.kernel_h, p.in_h);
        const Span w = inside(ow * p.stride_w - p.pad_left, p.kernel_w, p.in_w);
        s.x = x + h.first * s.stride[1] + w.first * s.stride[2];
        s.extent[1] = h.size();
        s.extent[2] = w.size();
        a.loops.average(s, average_of(a, h.size() * w.size()));
      }
}

}  // namespace

std::optional<Kernel> fast_pool2d_s8(const pare_pool2d_s8_args& args, bool max, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  const int64_t places = int64_t{args.kernel_h} * args.kernel_w;
  if (!loops.maximum || places > kMostPlaces) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  Args& a = packed->args;
  a.pool = args;
  a.loops = loops;
  a.limits = limits_only(0, args.lo, args.hi);
  plan_lines(a);
  if (max) return twin_of(reference, loops.isa, run_maximum, packed, Lines<int8_t>::bytes(a));
  if (places <= kWordPlaces) return twin_of(reference, loops.isa, run_average, packed, Lines<int16_t>::bytes(a));
  return twin_of(reference, loops.isa, run_large_average, packed);
}

}  // namespace pare
