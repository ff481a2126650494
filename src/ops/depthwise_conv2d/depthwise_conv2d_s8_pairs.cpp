// Two input rows at a time become pairs: the words q - z of one channel of both, in a 32-bit lane. A pair is made once, and
// read by all taps of all output rows that see one of its rows: by two of them with stride 1, where it meets each of two
// output rows with weights of its own, by one or two with stride 2. Rows outside of the image are zeros.
//
// Pairs stand block of 8 channels by block, and column by column, 32 bytes each, borders included: so the distances of taps and
// pixels are constants. Some rows are computed block by block, so that of 3 x 3 most weights stay in registers.
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_pairs.hpp"

#if defined(__x86_64__)
#define PARE_LANES 8
#define PARE_VNNI 0
#include "ops/simd_s8.inc"
#include "ops/window_rows.hpp"

namespace pare {
namespace {

constexpr int64_t kStripBytes = 1 << 14;  // of pairs, which should stay in the first cache

// How many pairs an output row's window lies in; with stride 1, that of two rows.
constexpr int pairs_of(int kernel) { return (kernel + 1) / 2; }
// Output rows that are computed together.
constexpr int rows_of(int stride) { return stride == 1 ? 2 : 1; }

struct Args {
  pare_depthwise_conv2d_s8_args conv;
  int blocks;   // of 8 channels
  int columns;  // of a pair, those outside of the image included
  int copied;   // columns that are inside, and seen
  int slots;    // pairs that are kept, in turn
  const int8_t* weights;  // [blocks, pairs, taps, rows, 8, 2 words]
  const int32_t* bias;
  const int8_t* outside;  // an input row of the zero point
  RequantizeVectors requantize;

  ptrdiff_t block_bytes() const { return ptrdiff_t{kVectorBytes} * columns; }
  ptrdiff_t pair_bytes() const { return blocks * block_bytes(); }
};

struct Packed {
  Args args{};
  Tensor weights, bias, outside;
  RequantizePack requantize;
};

// ---- packing ------------------------------------------------------------------------------------------------------

std::vector<AccumulatorRange> ranges_of(const pare_depthwise_conv2d_s8_args& c) {
  std::vector<AccumulatorRange> ranges;
  for (int channel = 0; channel < c.in_c; ++channel) {
    const int64_t bias = c.bias ? c.bias[channel] : 0;
    AccumulatorRange& range = ranges.emplace_back(AccumulatorRange{bias, bias});
    for (int i = 0; i < c.kernel_h * c.kernel_w; ++i) range.add(c.weights[i * c.in_c + channel], c.in_zero_point);
  }
  return ranges;
}

void pack_weights(Packed& p) {
  const pare_depthwise_conv2d_s8_args& c = p.args.conv;
  const int kernel = c.kernel_h, rows = rows_of(c.stride_h);
  const int64_t places = int64_t{2} * c.in_c * pairs_of(kernel) * kernel * rows;
  p.weights = Tensor(DType::I16, {places});
  int16_t* to = p.weights.edit<int16_t>().data();
  for (int block = 0; block < p.args.blocks; ++block)
    for (int i = 0; i < pairs_of(kernel) * kernel * rows; ++i)
      for (int lane = 0; lane < kLanes; ++lane)
        for (int word = 0; word < 2; ++word, ++to) {
          const int kw = i / rows % kernel, kh = i / rows / kernel * 2 + word - i % rows, channel = block * kLanes + lane;
          if (kh < 0 || kh >= kernel || p.requantize.constant[static_cast<size_t>(channel)]) continue;
          *to = c.weights[(kh * kernel + kw) * c.in_c + channel];
        }
}

void pack_bias(Packed& p) {
  const pare_depthwise_conv2d_s8_args& c = p.args.conv;
  p.bias = Tensor(DType::I32, {c.in_c});
  for (int channel = 0; channel < c.in_c; ++channel) {
    const auto constant = p.requantize.constant[static_cast<size_t>(channel)];
    p.bias.edit<int32_t>()[static_cast<size_t>(channel)] =
        constant.value_or(c.bias ? c.bias[channel] : 0) + p.args.requantize.start[channel];
  }
}

// ---- running ------------------------------------------------------------------------------------------------------

// A block of 8 channels in some steps: the output rows that are computed together.
struct Block {
  const int8_t* slots;  // each of pair_bytes
  ptrdiff_t pair_bytes;
  int slot_count;
  int first, last;  // steps
  const int8_t* weights;
  const int32_t* bias;
  const RequantizeVectors* requantize;
  int64_t channel;
  int8_t* y;  // the sample's
  ptrdiff_t y_row, y_pixel;
  int out_h, out_w;
};

// The pairs of a step, and where its output rows begin: the same one twice if there is only one.
template <int kKernel>
struct Window {
  const int8_t* pairs[pairs_of(kKernel)];
  int8_t* y[2];
};

template <int kKernel, int kStride>
struct Weights {
  static constexpr int kPairs = pairs_of(kKernel), kRows = rows_of(kStride), kCount = kPairs * kKernel * kRows;
  Ints of[kPairs][kKernel][kRows];
  PARE_SIMD_INLINE explicit Weights(const int8_t* w) {
#pragma GCC unroll 64
    for (int i = 0; i < kCount; ++i) of[i / kRows / kKernel][i / kRows % kKernel][i % kRows] = load(w + i * kVectorBytes);
  }
};

// As dot(), in assembler: g++ 12 adds up the products of a window as a tree, and spills most of them.
PARE_SIMD_INLINE void add_product(Ints& sum, Ints x, const Ints& w) {
  Ints product;
  asm("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0" : "+x"(sum), "=&x"(product) : "x"(x), "xm"(w));
}

// The sums of one pixel in all rows; its window begins in column `at` bytes from the first.
template <int kKernel, int kStride, int kRows = rows_of(kStride)>
PARE_SIMD_INLINE void add_window(const int8_t* const (&pairs)[pairs_of(kKernel)], const int32_t* bias,
                                 const Weights<kKernel, kStride>& w, ptrdiff_t at, Ints (&sum)[kRows]) {
  constexpr int kPairs = pairs_of(kKernel);
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) sum[r] = load(bias);
#pragma GCC unroll 3
  for (int p = 0; p < kPairs; ++p)
#pragma GCC unroll 5
    for (int kw = 0; kw < kKernel; ++kw) {
      const Ints x = load(pairs[p] + at + kw * kVectorBytes);
#pragma GCC unroll 2
      for (int r = 0; r < kRows; ++r) add_product(sum[r], x, w.of[p][kw][r]);
    }
}

// Four vectors of sums as bytes.
template <Rule kRule>
PARE_SIMD_INLINE Ints codes_of(Ints (&sum)[4], const Block& b, const CodeRange& range) {
  const RequantizeVectors& r = *b.requantize;
  requantize_words<kRule, 4, 1>(sum, r, b.channel);
  return pack_joined<kRule>(sum[0], sum[1], sum[2], sum[3], range);
}

// kPixels pixels from `ow` on: of one row at most four, of two rows at most two.
template <int kKernel, int kStride, Rule kRule, int kPixels>
PARE_SIMD_INLINE void add_pixels(const Block& b, const Window<kKernel>& x, const Weights<kKernel, kStride>& w,
                                 const CodeRange& range, int ow) {
  constexpr int kRows = rows_of(kStride), kPlaces = 4 / kRows;
  Ints sum[4];
#pragma GCC unroll 4
  for (int p = 0; p < kPlaces; ++p) {
    Ints of_pixel[kRows];
    if (p < kPixels) add_window<kKernel, kStride>(x.pairs, b.bias, w, ptrdiff_t{kVectorBytes} * kStride * (ow + p), of_pixel);
#pragma GCC unroll 2
    for (int r = 0; r < kRows; ++r) sum[r * kPlaces + p] = p < kPixels ? of_pixel[r] : sum[r * kPlaces];
  }
  const Ints bytes = codes_of<kRule>(sum, b, range);
  int8_t* first = x.y[0] + ow * b.y_pixel;
  int8_t* second = x.y[1] + ow * b.y_pixel;
  if constexpr (kRows == 2) {  // the first row last, since it may be both
    store_piece<8, 2>(second, bytes, 8);
    if (kPixels > 1) store_piece<8, 3>(second + b.y_pixel, bytes, 8);
    store_piece<8, 0>(first, bytes, 8);
    if (kPixels > 1) store_piece<8, 1>(first + b.y_pixel, bytes, 8);
  } else {
    store_piece<8, 0>(first, bytes, 8);
    if (kPixels > 1) store_piece<8, 1>(first + b.y_pixel, bytes, 8);
    if (kPixels > 2) store_piece<8, 2>(first + 2 * b.y_pixel, bytes, 8);
    if (kPixels > 3) store_piece<8, 3>(first + 3 * b.y_pixel, bytes, 8);
  }
}

template <int kKernel, int kStride, Rule kRule>
PARE_SIMD_INLINE void run_step(const Block& b, const Window<kKernel>& x, const Weights<kKernel, kStride>& w, const CodeRange& range) {
  constexpr int kPixels = 4 / rows_of(kStride);
  int ow = 0;
  for (; ow + kPixels <= b.out_w; ow += kPixels) add_pixels<kKernel, kStride, kRule, kPixels>(b, x, w, range, ow);
  const int left = b.out_w - ow;
  if (left == 1) add_pixels<kKernel, kStride, kRule, 1>(b, x, w, range, ow);
  if (left == 2) add_pixels<kKernel, kStride, kRule, 2>(b, x, w, range, ow);
  if (left == 3) add_pixels<kKernel, kStride, kRule, 3>(b, x, w, range, ow);
}

template <int kKernel, int kStride, Rule kRule>
PARE_SIMD void run_block(const Block& block) {
  const Block b = block;  // in registers, whatever is stored
  const Weights<kKernel, kStride> w(b.weights);
  const CodeRange range(*b.requantize);
  constexpr int kPairs = pairs_of(kKernel), kRows = rows_of(kStride);
  int slot = b.first % b.slot_count;
  for (int step = b.first; step < b.last; ++step, slot = slot + 1 == b.slot_count ? 0 : slot + 1) {
    Window<kKernel> x;
    for (int p = 0; p < kPairs; ++p) x.pairs[p] = b.slots + (slot + p < b.slot_count ? slot + p : slot + p - b.slot_count) * b.pair_bytes;
    const int oh = step * kRows;
    x.y[0] = b.y + oh * b.y_row;
    x.y[1] = oh + 1 < b.out_h ? x.y[0] + b.y_row : x.y[0];
    run_step<kKernel, kStride, kRule>(b, x, w, range);
  }
}

// A pair of two rows, from its first column inside of the image on.
PARE_SIMD void make_pair(const Args& a, const int8_t* first, const int8_t* second, int8_t* to) {
  const Ints zero = _mm256_set1_epi16(static_cast<int16_t>(a.conv.in_zero_point));
  const ptrdiff_t block_bytes = a.block_bytes();
  const int blocks = a.blocks;  // read once, whatever is stored
  for (int columns = a.copied; columns > 0; --columns, to += kVectorBytes) {
    int8_t* place = to;
    for (int block = 0; block < blocks; ++block, first += kLanes, second += kLanes, place += block_bytes) {
      const __m128i bytes = _mm_unpacklo_epi8(_mm_loadu_si64(first), _mm_loadu_si64(second));
      store(place, _mm256_sub_epi16(_mm256_cvtepi8_epi16(bytes), zero));
    }
  }
}

// The columns outside of the image, of all pairs.
PARE_SIMD void clear_borders(const Args& a, int8_t* pairs) {
  const int left = a.conv.pad_left, inside = left + a.copied;
  const ptrdiff_t block_bytes = a.block_bytes();
  for (int blocks = a.slots * a.blocks; blocks > 0; --blocks, pairs += block_bytes) {
    for (int column = 0; column < left; ++column) store(pairs + column * kVectorBytes, zeros());
    for (int column = inside; column < a.columns; ++column) store(pairs + column * kVectorBytes, zeros());
  }
}

// One sample's pairs in turn.
class Pairs {
 public:
  Pairs(const Args& a, const int8_t* x, int8_t* room) : a_(a), x_(x), room_(room) {}

  // Makes pairs up to number `end`, not included.
  void make_until(int end) {
    for (; made_ < end; ++made_) {
      const int top = 2 * made_ - a_.conv.pad_top;
      make_pair(a_, row(top), row(top + 1), room_ + slot(made_) + a_.conv.pad_left * kVectorBytes);
    }
  }

 private:
  ptrdiff_t slot(int pair) const { return pair % a_.slots * a_.pair_bytes(); }
  const int8_t* row(int ih) const {
    return ih >= 0 && ih < a_.conv.in_h ? x_ + ptrdiff_t{1} * ih * a_.conv.in_w * a_.conv.in_c : a_.outside;
  }

  const Args& a_;
  const int8_t* x_;
  int8_t* room_;
  int made_ = 0;
};

// Steps [first, last) of all blocks.
template <int kKernel, int kStride>
void run_blocks(const Args& a, const int8_t* slots, int first, int last, int8_t* y) {
  constexpr ptrdiff_t kWeights = ptrdiff_t{kVectorBytes} * Weights<kKernel, kStride>::kCount;
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  Block b{slots, a.pair_bytes(), a.slots, first, last, a.weights, a.bias, &a.requantize, 0, y, ptrdiff_t{1} * c.out_w * c.in_c, c.in_c,
          c.out_h, c.out_w};
  for (int block = 0; block < a.blocks; ++block) {
    by_rule(rule_of<kLanes>(a.requantize, b.channel), [&]<Rule kRule>() { run_block<kKernel, kStride, kRule>(b); });
    b.slots += a.block_bytes(), b.weights += kWeights, b.bias += kLanes, b.channel += kLanes, b.y += kLanes;
  }
}

template <int kKernel, int kStride>
void run(const void* args, const pare_io* io, Tail& tail) {
  const auto& a = *static_cast<const Args*>(args);
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  auto* room = static_cast<int8_t*>(io->scratch);
  const ptrdiff_t y_row = ptrdiff_t{1} * c.out_w * c.in_c;
  constexpr int kPairs = pairs_of(kKernel), kRows = rows_of(kStride);
  const int steps = (c.out_h + kRows - 1) / kRows, strip = a.slots - kPairs + 1;
  clear_borders(a, room);
  for (int n = 0; n < c.n; ++n, x += ptrdiff_t{1} * c.in_h * c.in_w * c.in_c, y += c.out_h * y_row) {
    Pairs pairs(a, x, room);
    for (int first = 0; first < steps; first += strip) {
      const int last = std::min(first + strip, steps);
      pairs.make_until(last + kPairs - 1);
      run_blocks<kKernel, kStride>(a, room, first, last, y);
      tail.reach((int64_t{n} * c.out_h + std::min<int>(last * kRows, c.out_h)) * y_row);
    }
  }
}

int slots_of(const Args& a) {
  const int rows = rows_of(a.conv.stride_h), pairs = pairs_of(a.conv.kernel_h), all = (a.conv.out_h + rows - 1) / rows + pairs - 1;
  return static_cast<int>(std::clamp<int64_t>(kStripBytes / a.pair_bytes(), pairs, all));
}

bool has_pairs(const pare_depthwise_conv2d_s8_args& c) {
  const bool kernel = c.kernel_h == c.kernel_w && (c.kernel_h == 3 || c.kernel_h == 5);
  const bool stride = c.stride_h == c.stride_w && c.stride_h <= 2;
  return kernel && stride && c.dilation_h == 1 && c.dilation_w == 1 && c.multiplier == 1 && c.in_c % kLanes == 0;
}

}  // namespace

std::optional<Kernel> paired_depthwise_conv2d_s8(const pare_depthwise_conv2d_s8_args& conv, const Kernel& reference) {
  if (!has_pairs(conv)) return std::nullopt;
  auto requantize = pack_requantize(conv.requantize, ranges_of(conv), 1, true);
  if (!requantize) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  packed->requantize = std::move(*requantize);
  Args& a = packed->args;
  a.conv = conv;
  a.requantize = packed->requantize.vectors;
  a.blocks = conv.in_c / kLanes;
  a.columns = row_pixels(conv);
  a.copied = std::max(0, std::min<int>(conv.in_w, a.columns - conv.pad_left));
  a.slots = slots_of(a);
  pack_weights(*packed);
  pack_bias(*packed);
  packed->outside = Tensor(DType::I8, {int64_t{1} * conv.in_w * conv.in_c});
  std::ranges::fill(packed->outside.edit<int8_t>(), static_cast<int8_t>(conv.in_zero_point));
  a.weights = reinterpret_cast<const int8_t*>(packed->weights.view<int16_t>().data());
  a.bias = packed->bias.view<int32_t>().data();
  a.outside = packed->outside.view<int8_t>().data();
  a.conv.weights = nullptr;
  a.conv.bias = nullptr;
  const int64_t scratch = a.slots * a.pair_bytes();
  const auto twin = [&]<int kKernel>() {
    return conv.stride_h == 1 ? twin_with_tail<run<kKernel, 1>>(reference, Isa::Avx2, packed, scratch)
                              : twin_with_tail<run<kKernel, 2>>(reference, Isa::Avx2, packed, scratch);
  };
  return conv.kernel_h == 3 ? twin.template operator()<3>() : twin.template operator()<5>();
}

}  // namespace pare

#else

namespace pare {
std::optional<Kernel> paired_depthwise_conv2d_s8(const pare_depthwise_conv2d_s8_args&, const Kernel&) { return std::nullopt; }
}  // namespace pare

#endif
