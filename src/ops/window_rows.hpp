// The input rows of a convolution as its tiles read them. A tile (tile_f32.hpp, tile_s8.hpp) knows no border: it reads,
// for each kernel row, neighbouring inputs. So where a window reaches over the left or right edge, the rows in use are
// first copied into a ring of rows with real zeros on both sides; an input row is copied once, and read for every
// output channel and kernel column. Kernel rows above or below the image are left out. Rejected: clipping the window of
// each edge pixel (an edge pixel alone leaves most of the registers empty; an 8 x 8 image took twice the time), and
// im2col (kernel_h * kernel_w as much copying).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pare {

/// Whole cache lines: `bytes` rounded up.
inline constexpr int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

/// How far `kernel` places spread by `dilation` reach.
inline int reach(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

/// Which places of a kernel's axis lie inside the image: [first, last).
struct RowSpan {
  int first, last;
  bool operator==(const RowSpan&) const = default;
};
inline RowSpan span_inside(int kernel, int dilation, int begin, int extent) {
  const auto steps = [&](int places) {
    if (places <= 0) return 0;
    return dilation == 1 ? places : (places + dilation - 1) / dilation;  // a division takes as long as some pixels
  };
  const int first = std::min<int>(steps(-begin), kernel);
  return {first, std::max(first, std::min<int>(steps(extent - begin), kernel))};
}
/// Rows of a window that begins at input row `top`.
template <class Args>
RowSpan rows_inside(const Args& a, int top) {
  return span_inside(a.kernel_h, a.dilation_h, top, a.in_h);
}
/// Columns of a window that begins at input column `left`.
template <class Args>
RowSpan taps_inside(const Args& a, int left) {
  return span_inside(a.kernel_w, a.dilation_w, left, a.in_w);
}

/// Elements that a vector may read beyond a row.
inline constexpr int64_t kRowSlack = 128;

/// Pixels of a row that the windows see, outside places included.
template <class Args>
int row_pixels(const Args& a) {
  return (a.out_w - 1) * a.stride_w + reach(a.kernel_w, a.dilation_w);
}
template <class Args>
bool needs_ring(const Args& a) {
  return a.pad_left > 0 || row_pixels(a) > a.in_w;
}

/// The same convolution as one long row, if it is of single pixels: then tiles need not end with a row.
template <class Args>
Args as_long_row(const Args& conv) {
  Args a = conv;
  const bool single = a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1;
  if (!single || a.in_h != a.out_h || a.in_w != a.out_w || a.pad_top > 0 || a.pad_left > 0) return a;
  a.in_w = a.out_w = a.n * a.in_h * a.in_w;
  a.n = a.in_h = a.out_h = 1;
  return a;
}

/// How elements come into the ring: as they are.
template <class T>
struct CopyRow {
  using In = T;
  using Out = T;
  T outside;  ///< the code of real zero
  int in_c;   ///< channels of a pixel before it is copied
  void operator()(const T* from, T* to, int64_t count) const {
    std::memcpy(to, from, sizeof(T) * static_cast<size_t>(count));
  }
};

/// What holds the rows: nothing (In and Out must be one type), they lie where the input is; a ring of as many as a
/// window sees; or a strip: the rows that some output rows see, copied at once. The last is for small images and short rows:
/// window by window, a row would be read before its copy has reached the cache, and the pointers of a window would take as
/// long as its tiles. What two strips share is copied for both.
enum class Keep { Nothing, Ring, Strip };

inline constexpr int64_t kStripBytes = 20 << 10;  ///< the rest of the first cache is for what is copied, and outputs
inline constexpr int kFewestStripRows = 8;        ///< of output: with fewer, too much would be copied twice

/// No more than is needed to let every window lie inside its rows.
template <class Args>
Keep keep_as_needed(const Args& a) {
  return needs_ring(a) ? Keep::Ring : Keep::Nothing;
}

/// The rows of one sample after another.
template <class Args, class Copy>
class WindowRows {
 public:
  using In = typename Copy::In;
  using Out = typename Copy::Out;

  /// Bytes of scratch: pointers, then the copied rows and kRowSlack elements.
  static int64_t scratch_bytes(const Args& a, Keep keep) {
    return pointers_bytes(a) + (keep == Keep::Nothing ? 0 : kept_bytes(a, keep) + kRowSlack * int64_t{sizeof(Out)});
  }
  static int64_t kept_bytes(const Args& a, Keep keep) {
    return kept_rows(a, keep) * row_elements(a) * int64_t{sizeof(Out)};
  }
  /// From one row to the next: whole cache lines, so that vectors which begin with a row lie in one.
  static int64_t row_elements(const Args& a) {
    constexpr int64_t kBytes = sizeof(Out);
    return whole_lines(kBytes * row_pixels(a) * a.in_c) / kBytes;
  }

  /// Output rows of a strip.
  static int strip_outputs(const Args& a) {
    const int64_t row = row_elements(a) * int64_t{sizeof(Out)};
    if (a.in_h * row <= kStripBytes) return a.out_h;
    const int64_t more = (kStripBytes / row - reach(a.kernel_h, a.dilation_h)) / a.stride_h;
    return static_cast<int>(std::clamp<int64_t>(more + 1, 1, a.out_h));
  }

  WindowRows(const Args& a, Keep keep, Copy copy, void* scratch)
      : a_(a),
        keep_(keep),
        copy_(copy),
        pointers_(static_cast<const Out**>(scratch)),
        ring_(reinterpret_cast<Out*>(static_cast<std::byte*>(scratch) + pointers_bytes(a))) {
    if (keep_ == Keep::Ring)
      std::fill_n(ring_, kept_bytes(a, keep) / int64_t{sizeof(Out)}, static_cast<Out>(copy.outside));
  }

  void start(const In* sample) {
    sample_ = sample;
    copied_ = slot_ = 0;
  }

  /// The kernel rows of a strip's first output row. Those of the next ones lie stride_h row_elements() further on each.
  const Out* const* strip_window() {
    for (int kh = 0; kh < a_.kernel_h; ++kh) pointers_[kh] = ring_ + kh * a_.dilation_h * row_elements(a_);
    return pointers_;
  }

  /// Copies what `outputs` output rows see, from number `begin` on.
  void copy_strip(int begin, int outputs) {
    const int top = begin * a_.stride_h - a_.pad_top, rows = (outputs - 1) * a_.stride_h + reach(a_.kernel_h, a_.dilation_h);
    const int64_t row = row_elements(a_), seen = int64_t{1} * row_pixels(a_) * a_.in_c;
    const int64_t left = std::min(int64_t{1} * a_.pad_left * a_.in_c, seen);
    const int64_t count = std::max<int64_t>(int64_t{1} * copied_pixels() * a_.in_c, 0);
    const int first = std::max(top, 0), last = std::min<int>(top + rows, a_.in_h);
    const In* from = source(first);
    Out* to = ring_ + (first - top) * row;
    for (int ih = first; ih < last; ++ih, from += a_.in_w * copy_.in_c, to += row) {
      fill(to, left);
      if (count > 0) copy_(from, to + left, count);
      fill(to + left + count, seen - left - count);
    }
  }

  /// Makes the kernel rows `span` of the output row whose window begins at input row `top` ready.
  const Out* const* window(int top, RowSpan span) {
    if (keep_ == Keep::Ring)
      copy_until(top, std::min(top + reach(a_.kernel_h, a_.dilation_h), static_cast<int>(a_.in_h)));
    if (keep_ == Keep::Ring)
      point_into_ring(top, span);
    else
      for (int kh = span.first; kh < span.last; ++kh)
        pointers_[kh] = reinterpret_cast<const Out*>(source(top + kh * a_.dilation_h));
    return pointers_;
  }

 private:
  static constexpr int64_t kFew = 32;
  static_assert(kFew <= kRowSlack);

  static int64_t pointers_bytes(const Args& a) { return whole_lines(a.kernel_h * int64_t{sizeof(Out*)}); }
  static int kept_rows(const Args& a, Keep keep) {
    return (keep == Keep::Strip ? (strip_outputs(a) - 1) * a.stride_h : 0) + reach(a.kernel_h, a.dilation_h);
  }

  const In* source(int ih) const { return sample_ + static_cast<ptrdiff_t>(ih) * a_.in_w * copy_.in_c; }

  void point_into_ring(int top, RowSpan span) {
    const int rows = reach(a_.kernel_h, a_.dilation_h);
    int at = slot_ - (copied_ - top - span.first * a_.dilation_h);  // at most `rows` rows back
    if (at < 0) at += rows;
    for (int kh = span.first; kh < span.last; ++kh, at += a_.dilation_h) {
      if (at >= rows) at -= rows;
      pointers_[kh] = ring_ + at * row_elements(a_);
    }
  }

  int copied_pixels() const { return std::min(static_cast<int>(a_.in_w), row_pixels(a_) - a_.pad_left); }

  // `count` elements outside of the image; a few also where there are not so many: they are overwritten, or slack.
  void fill(Out* to, int64_t count) const {
    if (count > kFew)
      std::fill_n(to, count, copy_.outside);
    else if (count > 0)
      std::fill_n(to, kFew, copy_.outside);
  }

  void copy_until(int top, int end) {
    const int pixels = copied_pixels();
    const int rows = kept_rows(a_, keep_);
    for (; copied_ < end; ++copied_, slot_ = slot_ + 1 == rows ? 0 : slot_ + 1)
      if (copied_ >= top && pixels > 0)
        copy_(source(copied_), ring_ + slot_ * row_elements(a_) + a_.pad_left * a_.in_c, int64_t{1} * pixels * a_.in_c);
  }

  const Args& a_;
  Keep keep_;
  Copy copy_;
  const Out** pointers_;
  Out* ring_;
  const In* sample_ = nullptr;
  int copied_ = 0;  // the first input row that is not in the ring yet,
  int slot_ = 0;    // and where it will be
};

}  // namespace pare
