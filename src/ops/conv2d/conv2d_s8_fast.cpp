// Fast int8 convolution: tiles (tile_s8.hpp) over the rows of window_rows.hpp, which copy all inputs, since tiles read
// bytes q + 128 or words q - z. For bytes the sum of (q + 128) w is too large by (128 + z) sum(w): the bias takes it
// back. An output row at the top or the bottom edge has a window of fewer rows, so a smaller sum(w): such a row has a
// bias of its own. A convolution of one row without padding copies no more of it than one run of tiles reads, or nothing
// where tiles take codes as they are.
#include "ops/conv2d/conv2d_s8_fast.hpp"

#include "ops/amx.hpp"
#include "ops/window_rows.hpp"

namespace pare {
namespace {

constexpr int64_t kChunkBytes = 1 << 14;  // of inputs that stay in the first cache while all channels pass by
constexpr int64_t kTilePixels = 48;       // a multiple of every tile's
constexpr int kFewLanes = 4;              // of a kernel row: a loop over them would cost more than a pointer to each

// Stretches of neighbouring inputs in a kernel row, and the inputs of one.
int segments_of(const pare_conv2d_s8_args& c) { return c.groups == 1 && c.dilation_w == 1 ? 1 : c.kernel_w; }
int stretch_of(const pare_conv2d_s8_args& c) { return c.kernel_w / segments_of(c) * (c.in_c / c.groups); }

// What an output row's tiles are told, known beforehand: a short row takes little longer than finding it out.
struct OutputRow {
  RowSpan span;      // of the kernel
  RowSpan stretches;
  ptrdiff_t bias;    // of all biases, where its ones begin
  ptrdiff_t window;  // in a strip: bytes from the stretches of its first output row
};

struct Args {
  pare_conv2d_s8_args conv;
  TilesS8 tiles;
  int source_c;    // channels of an input; conv.in_c may be one more
  bool narrow;     // by tiles.narrow
  bool lone;       // the last inputs of the kernel rows, one of each, share a lane, which tiles.narrow puts together;
  bool merged;     // or tiles.merge, beforehand: it is a stretch before those of all kernel rows and, again, behind them
  uint64_t merged_lanes;  // where they begin, see MergeRowsS8
  bool half;       // conv.out_c counts the last kNarrow channels twice
  bool pairs;      // conv.out_c counts the channels of two neighbouring pixels, of kNarrow each
  Keep keep;       // what holds the copied rows, if not by_chunk
  int strip;       // output rows whose inputs are copied at once, if it is Strip
  bool by_chunk;   // kernels of one row without padding: inputs are copied chunk by chunk, not row by row
  bool in_place;   // by_chunk, and tiles may read the inputs themselves, if they are as tiles want them
  int8_t flip_in;  // Kernel::flip_in
  int64_t chunk;   // output pixels
  int64_t joined;  // rows that make one chunk, if a row's pixels follow the last one's at the same distance; else 1
  int segments, lanes;  // of a kernel row: segments_of(conv), and 32-bit lanes in each
  int depth;            // input channels of a group,
  int64_t per_group;    // output channels,
  int64_t blocks;       // and their blocks: no division in a run
  bool column;          // kernel rows are single lanes of a kept strip, and together one stretch
  bool single;          // tiles are given each lane as a stretch
  const int8_t* weights;
  const int32_t* bias;
  ptrdiff_t bias_count;  // padded channels
  const OutputRow* rows;
  RequantizeVectors requantize;
  TileS8 tile;  // what all tiles of a run share

  int64_t stored() const { return half ? per_group - kNarrow : per_group; }  // output channels of a group
  ptrdiff_t y_pixel() const { return pairs ? kNarrow : conv.out_c - (half ? kNarrow : 0); }
  int bundle() const { return conv.out_w == 1 ? tiles.bundle_of_one : tiles.bundle; }
  int element() const { return tiles.group == 4 ? 1 : 2; }  // bytes
  int stretch() const { return stretch_of(conv); }
  // Bytes of weights: of a kernel row, a stretch and a block of channels.
  ptrdiff_t weight_row() const { return ptrdiff_t{4} * segments * lanes * (narrow ? kNarrow : kChannelBlock); }
  ptrdiff_t weight_stretch() const { return weight_row() / stretches_in_row(); }
  ptrdiff_t weight_block() const { return weight_row() * conv.kernel_h + (merged ? 2 * weight_stretch() : 0); }
  bool slide() const {
    return !pairs && segments == 1 && conv.kernel_w == 3 && conv.stride_w == 1 && conv.in_c % tiles.group == 0;
  }
  bool takes_flipped() const { return tiles.copy_flipped && source_c == conv.in_c; }
  CopyRowS8 copy() const { return flip_in ? tiles.copy_flipped : source_c == conv.in_c ? tiles.copy : tiles.copy_of_three; }
  bool reads_inputs() const { return in_place && (flip_in || tiles.in_place); }
  int stretches_in_row() const { return single ? segments * lanes : segments; }
  ptrdiff_t x_pixel() const { return ptrdiff_t{1} * conv.stride_w * conv.in_c * element() * (pairs ? 2 : 1); }
  ptrdiff_t x_segment() const { return ptrdiff_t{1} * conv.dilation_w * conv.in_c * element(); }
};

// A layer made over: by pair_up or widen.
struct OtherLayer {
  std::vector<int8_t> weights;
  std::vector<int32_t> bias, multiplier, exponent;
  std::vector<float> scale;
};

struct Packed {
  Args args{};
  OtherLayer other;
  Tensor weights, bias;
  std::vector<OutputRow> rows;
  RequantizePack requantize;
};

// ---- packing ------------------------------------------------------------------------------------------------------

template <class T>
const T* repeat_last(std::vector<T>& to, const T* from, int64_t count, int64_t last) {
  if (!from) return nullptr;
  to.assign(from, from + count);
  to.insert(to.end(), from + count - last, from + count);
  return to.data();
}

// The last kNarrow output channels given twice, so that two pixels share a vector of them.
pare_conv2d_s8_args pair_up(pare_conv2d_s8_args a, OtherLayer& to) {
  const int64_t filter = int64_t{1} * a.kernel_h * a.kernel_w * a.in_c;
  a.weights = repeat_last(to.weights, a.weights, a.out_c * filter, kNarrow * filter);
  a.bias = repeat_last(to.bias, a.bias, a.out_c, kNarrow);
  pare_requantize_args& r = a.requantize;
  const int64_t channels = r.channels, last = channels > 1 ? kNarrow : 0;
  r.multiplier = repeat_last(to.multiplier, r.multiplier, channels, last);
  r.exponent = repeat_last(to.exponent, r.exponent, channels, last);
  r.scale = repeat_last(to.scale, r.scale, channels, last);
  r.channels += static_cast<int32_t>(last);
  a.out_c += kNarrow;
  return a;
}

// Is the last bundle a block and a half?
bool can_halve(const Args& a, const pare_conv2d_s8_args& c) {
  const int64_t blocks = channel_blocks(c.out_c);
  const bool slides = c.kernel_w == 3 && c.stride_w == 1;
  return a.tiles.halves && c.groups == 1 && c.out_c % kChannelBlock == kNarrow && blocks % a.tiles.bundle == 2 &&
         c.out_w > 1 && !slides;
}

// Three channels of three taps: with a fourth, of weights 0, the taps begin at whole lanes.
pare_conv2d_s8_args widen(pare_conv2d_s8_args a, std::vector<int8_t>& weights) {
  const int64_t pixels = int64_t{1} * a.out_c * a.kernel_h * a.kernel_w;
  weights.assign(static_cast<size_t>(4 * pixels), 0);
  for (int64_t i = 0; i < 3 * pixels; ++i) weights[static_cast<size_t>(i / 3 * 4 + i % 3)] = a.weights[i];
  a.weights = weights.data();
  a.in_c = 4;
  return a;
}

bool can_widen(const Args& a, const pare_conv2d_s8_args& c) {
  return a.tiles.copy_of_three && !a.narrow && !a.pairs && c.in_c == 3 && c.groups == 1 && c.kernel_w == 3 &&
         c.kernel_h > 1 && c.stride_w == 1 && c.dilation_w == 1;
}

std::vector<AccumulatorRange> ranges_of(const pare_conv2d_s8_args& a) {
  const int64_t filter = int64_t{1} * a.kernel_h * a.kernel_w * (a.in_c / a.groups);
  std::vector<AccumulatorRange> ranges;
  for (int64_t co = 0; co < a.out_c; ++co) {
    const int64_t bias = a.bias ? a.bias[co] : 0;
    AccumulatorRange& range = ranges.emplace_back(AccumulatorRange{bias, bias});
    for (int64_t i = 0; i < filter; ++i) range.add(a.weights[co * filter + i], a.in_zero_point);
  }
  return ranges;
}

// Writes the weights of channel co, whose first cell is `to`; `step` bytes lie between lanes.
void pack_channel(const Args& a, int64_t co, int8_t* to, ptrdiff_t step, ptrdiff_t row_step) {
  const int8_t* w = a.conv.weights + co * a.conv.kernel_h * a.conv.kernel_w * a.depth;
  const int stretch = a.stretch(), group = a.tiles.group;
  int8_t* before = to;
  if (a.merged) to += step;
  int8_t* behind = to + a.conv.kernel_h * row_step;
  for (int kh = 0; kh < a.conv.kernel_h; ++kh)
    for (int s = 0; s < a.segments; ++s)
      for (int i = 0; i < stretch; ++i, ++w) {
        int8_t* cell = to + kh * row_step + (s * a.lanes + i / group) * step + i % group * a.element();
        if ((a.lone || a.merged) && i + 1 == stretch) cell = behind + kh;
        if (a.merged && i + 1 == stretch) before[kh] = *w;
        if (group == 4)
          *cell = *w;
        else
          *reinterpret_cast<int16_t*>(cell) = *w;
      }
}

Tensor pack_weights(const Packed& p) {
  const Args& a = p.args;
  const int64_t blocks = a.blocks, block_bytes = a.weight_block();
  Tensor packed(DType::I8, {a.conv.groups * blocks * block_bytes + (a.lone ? 4 * kNarrow : 0)});
  for (int64_t co = 0; co < a.conv.out_c; ++co) {
    if (p.requantize.constant[static_cast<size_t>(co)]) continue;
    if (a.narrow) {
      pack_channel(a, co, packed.edit<int8_t>().data() + co * 4, 4 * kNarrow, a.weight_row());
      continue;
    }
    const int64_t inside = co % a.per_group, block = inside / kChannelBlock;
    int64_t first = 0;  // of the block's bundle
    while (first + bundle_of(blocks - first, a.bundle()) <= block) first += bundle_of(blocks - first, a.bundle());
    const int64_t bundle = bundle_of(blocks - first, a.bundle()), lane_bytes = 4 * kChannelBlock;
    int8_t* to = packed.edit<int8_t>().data() + (co / a.per_group * blocks + first) * block_bytes +
                 (block - first) * lane_bytes + inside % kChannelBlock * 4;
    pack_channel(a, co, to, bundle * lane_bytes, bundle * a.weight_row());
  }
  return packed;
}

// The biases of output rows whose windows have the rows `span`.
std::vector<int32_t> biases_for(const Packed& p, RowSpan span) {
  const Args& a = p.args;
  const pare_conv2d_s8_args& c = a.conv;
  const int64_t row = int64_t{1} * c.kernel_w * a.depth;
  std::vector<int32_t> biases(static_cast<size_t>(a.bias_count));
  for (int64_t co = 0; co < c.out_c; ++co) {
    const int8_t* w = c.weights + co * c.kernel_h * row;
    int64_t sum = 0;
    for (int64_t i = span.first * row; i < span.last * row; ++i) sum += w[i];
    const int64_t bias = (c.bias ? c.bias[co] : 0) - sum * a.tiles.copied_zero(c.in_zero_point);
    const auto constant = p.requantize.constant[static_cast<size_t>(co)];
    const int64_t place = padded_channel(co, c.out_c, c.groups);
    biases[static_cast<size_t>(place)] = static_cast<int32_t>((constant ? *constant : bias) + a.requantize.start[place]);
  }
  return biases;
}

template <class Element>
using Rows = WindowRows<pare_conv2d_s8_args, CopyCodes<Element>>;

// f<Element>(), for what rows are copied as.
template <class F>
auto with_element(const Args& a, F f) {
  return a.element() == 1 ? f.template operator()<uint8_t>() : f.template operator()<int16_t>();
}
ptrdiff_t row_bytes(const Args& a) {
  return with_element(a, [&]<class Element>() { return ptrdiff_t{sizeof(Element)} * Rows<Element>::row_elements(a.conv); });
}

// Stretches that are read are neighbours: of the merged ones those behind, or, where the last kernel rows are missing, before.
RowSpan stretches_of(const Args& a, RowSpan span) {
  const int in_row = a.stretches_in_row();
  if (!a.merged || span.first == span.last) return {span.first * in_row, span.last * in_row};
  const bool behind = span.last == a.conv.kernel_h;
  return {behind ? 1 + span.first * in_row : 0, 1 + span.last * in_row + behind};
}

void pack_rows(Packed& p) {
  const Args& a = p.args;
  std::vector<RowSpan> spans;
  std::vector<int32_t> all;
  for (int oh = 0; oh < a.conv.out_h; ++oh) {
    const RowSpan span = rows_inside(a.conv, oh * a.conv.stride_h - a.conv.pad_top);
    const auto known = std::find(spans.begin(), spans.end(), span);
    const ptrdiff_t window = a.keep == Keep::Strip ? oh % a.strip * a.conv.stride_h * row_bytes(a) : 0;
    p.rows.push_back({span, stretches_of(a, span), (known - spans.begin()) * a.bias_count, window});
    if (known != spans.end()) continue;
    spans.push_back(span);
    const std::vector<int32_t> biases = biases_for(p, span);
    all.insert(all.end(), biases.begin(), biases.end());
  }
  p.bias = Tensor::of<int32_t>({static_cast<int64_t>(all.size())}, all);
}

// Can tiles read the inputs, and nothing behind them?
bool can_read_in_place(const Args& a) {
  const pare_conv2d_s8_args& c = a.conv;
  const bool single = c.kernel_w == 1 && c.stride_w == 1 && c.groups == 1 && int64_t{1} * c.n * c.out_h == 1;
  return !a.narrow && (a.tiles.in_place || a.takes_flipped()) && a.by_chunk && single && a.lanes * 4 == c.in_c &&
         c.out_w >= a.tiles.pixels_at_once;
}

// Has each of a few kernel rows one byte more than whole lanes?
bool leaves_bytes(const Args& a) {
  return a.conv.groups == 1 && a.segments == 1 && a.stretch() % 4 == 1 && a.conv.kernel_h > 1 && a.conv.kernel_h <= 4;
}

// May these be merged? A window must not reach over both edges, see stretches_of.
bool can_merge(const Args& a) {
  const pare_conv2d_s8_args& c = a.conv;
  return a.tiles.merge && leaves_bytes(a) && a.stretch() / 4 <= kFewLanes && c.kernel_h <= a.stretch() && c.out_w >= 4 &&
         a.x_pixel() >= 4 && a.x_pixel() <= 64 && c.in_h >= reach(c.kernel_h, c.dilation_h);
}
// Cycles of an output row on a Zen 4, by what was measured with images of 16 to 224 pixels: a lane of 16 channels takes one.
bool pays_to_merge(const Args& a) {
  const int64_t saved = (a.conv.kernel_h - 1) * int64_t{a.conv.out_w} * a.stored() / kChannelBlock;
  return saved > 45 + a.conv.out_w * a.x_pixel() / 8;
}

void choose_rows(Args& a) {
  a.conv = as_long_row(a.conv);
  a.depth = a.conv.in_c / a.conv.groups;
  a.per_group = a.conv.out_c / a.conv.groups;
  a.blocks = channel_blocks(a.per_group);
  a.segments = segments_of(a.conv);
  a.lone = a.narrow && leaves_bytes(a);
  const bool plain_rows = a.conv.kernel_h > 1 && !a.slide() && !a.pairs && !a.narrow;
  a.merged = plain_rows && can_merge(a) && pays_to_merge(a);
  for (ptrdiff_t i = 0; a.merged && i < 64; i += a.x_pixel()) a.merged_lanes |= uint64_t{1} << i;
  const bool whole = a.lone || a.merged;
  a.lanes = whole ? a.stretch() / 4 : a.tiles.padded_lanes((a.stretch() + a.tiles.group - 1) / a.tiles.group);
  a.single = plain_rows && a.tiles.bundle > 1 && a.segments * a.lanes <= kFewLanes && a.conv.out_w >= 4;
  a.strip = with_element(a, [&]<class Element>() { return Rows<Element>::strip_outputs(a.conv); });
  if (a.merged && a.strip < a.conv.out_h) a.strip = std::max(1, a.strip * 2 / 3);  // they take half as much of the first cache
  a.keep = a.strip >= std::min<int>(kFewestStripRows, a.conv.out_h) ? Keep::Strip : Keep::Ring;
  a.column = plain_rows && a.tiles.columns && a.keep == Keep::Strip && a.segments == 1 && a.lanes == 1 && !a.merged;
  const bool inside = a.conv.pad_top == 0 && (a.conv.out_h - 1) * a.conv.stride_h < a.conv.in_h;
  a.by_chunk = a.conv.kernel_h == 1 && inside && !needs_ring(a.conv);
  const int64_t pixel_bytes = int64_t{1} * a.conv.stride_w * a.conv.in_c * a.element();
  a.chunk = std::max<int64_t>(kChunkBytes / pixel_bytes / kTilePixels, 1) * kTilePixels;
  a.in_place = can_read_in_place(a);
  const auto last_is_short = [&] { return (a.conv.out_w - 1) % a.chunk + 1 < a.tiles.pixels_at_once; };
  while (a.in_place && last_is_short()) a.chunk += kTilePixels;
  const bool joins = a.by_chunk && a.conv.kernel_w == 1 && a.conv.in_w == a.conv.stride_w * a.conv.out_w && !a.pairs;
  a.joined = joins ? std::clamp<int64_t>(a.chunk / a.conv.out_w, 1, int64_t{1} * a.conv.n * a.conv.out_h) : 1;
}

// ---- running ------------------------------------------------------------------------------------------------------

TileS8 tile_of(const Args& a) {
  TileS8 t{};
  t.lanes = a.single || a.column ? 1 : a.lanes;
  t.x_pixel = a.x_pixel();
  t.x_lane = 4;
  t.slide = a.slide();
  t.bundle = a.bundle();
  t.weight_stretch = a.weight_stretch();
  t.weight_block = a.weight_block();
  t.lone = a.lone ? a.weights + t.weight_block : nullptr;
  t.requantize = &a.requantize;
  t.half = a.half;
  t.y_pixel = a.pairs ? a.conv.out_c : a.y_pixel();
  return t;
}

// Scratch: the stretches, where they are not the kernel rows; the merged rows; then the copied ones.
int64_t stretches_bytes(const Args& a) {
  const int64_t stretches = int64_t{1} * a.conv.kernel_h * a.stretches_in_row() + (a.merged ? 2 : 0);
  return stretches == a.conv.kernel_h ? 0 : whole_lines(stretches * int64_t{sizeof(void*)});
}
// A merged row is as far from the next as the windows of their output rows are.
int64_t merged_bytes(const Args& a) {
  if (!a.merged) return 0;
  const int64_t apart = a.keep == Keep::Strip ? (a.strip - 1) * a.conv.stride_h * row_bytes(a) : 0;
  return whole_lines(apart + a.conv.out_w * a.x_pixel() + 64);
}
std::byte* merged_rows(const Args& a, const pare_io* io) { return static_cast<std::byte*>(io->scratch) + stretches_bytes(a); }
void* after_stretches(const Args& a, const pare_io* io) { return merged_rows(a, io) + merged_bytes(a); }

// The stretches of the kernel rows `span`, which begin at `rows`.
void set_stretches(const Args& a, const pare_io* io, const void* const* rows, RowSpan span, TileS8& t) {
  const int in_row = a.stretches_in_row(), in_segment = a.single ? a.lanes : 1;
  t.stretches = stretches_bytes(a) == 0 ? rows : static_cast<const void**>(io->scratch);
  if (t.stretches == rows) return;
  auto* next = static_cast<const void**>(io->scratch);
  if (a.merged) next[0] = next[1 + a.conv.kernel_h * in_row] = merged_rows(a, io), ++next;
  next += span.first * in_row;
  for (int kh = span.first; kh < span.last; ++kh)
    for (int s = 0; s < a.segments; ++s)
      for (int l = 0; l < in_segment; ++l)
        *next++ = static_cast<const std::byte*>(rows[kh]) + s * a.x_segment() + 4 * l;
}

// Of the kernel rows that begin at `rows`.
void merge(const Args& a, const pare_io* io, const void* const* rows, const OutputRow& r) {
  if (r.span.first == r.span.last) return;
  const ptrdiff_t offset = r.window + a.stretch() - 1;
  a.tiles.merge(rows, r.span.first, r.span.last, offset, a.merged_lanes, a.conv.out_w * a.x_pixel(),
                merged_rows(a, io) + r.window);
}

// All groups of the pixels [ow, ow + pixels) of an output row, which begins at y; its window is `row` bytes from the
// stretches.
void run_groups(const Args& a, TileS8& t, const int32_t* bias, ptrdiff_t row, int64_t ow, int64_t pixels, int8_t* y) {
  const TileLoopS8 loop = a.narrow ? a.tiles.narrow : a.tiles.loop;
  ptrdiff_t x = row + ow * t.x_pixel;
  y += ow * t.y_pixel;
  const ptrdiff_t x_group = a.depth * a.element(), w_group = a.blocks * t.weight_block, padded = a.blocks * kChannelBlock;
  const int8_t* w = a.weights;
  for (int64_t g = 0, channel = 0; g < a.conv.groups; ++g, channel += padded, w += w_group, x += x_group, y += a.per_group) {
    t.x_offset = x;
    t.weights = w;
    t.channel = channel;
    t.bias = bias + channel;
    t.y = y;
    t.channels = static_cast<int>(a.stored());
    loop(t, pixels, a.blocks);
  }
}

// The same for pairs: a pixel that is left over is a pair with itself, of which the first half is stored. `ow` is even.
void run_pairs(const Args& a, TileS8& t, const int32_t* bias, ptrdiff_t row, int64_t ow, int64_t pixels, int8_t* y) {
  t.x_pair = t.x_pixel / 2;
  t.channel = 0;
  t.weights = a.weights;
  t.bias = bias;
  t.x_offset = row + ow / 2 * t.x_pixel;
  t.y = y + ow * kNarrow;
  t.channels = 2 * kNarrow;
  if (pixels > 1) a.tiles.loop(t, pixels / 2, 1);
  if (pixels % 2 == 0) return;
  t.x_offset += pixels / 2 * t.x_pixel;
  t.y += pixels / 2 * t.y_pixel;
  t.channels = kNarrow;
  t.x_pair = 0;
  a.tiles.loop(t, 1, 1);
}

void run_chunk(const Args& a, TileS8& t, const int32_t* bias, ptrdiff_t row, int64_t ow, int64_t pixels, int8_t* y) {
  if (a.pairs)
    run_pairs(a, t, bias, row, ow, pixels, y);
  else
    run_groups(a, t, bias, row, ow, pixels, y);
}

template <class Element>
const void* const* pointers_to(const Element* const* rows) {
  return reinterpret_cast<const void* const*>(rows);
}

template <class Element>
void run_by_row(const void* args, const pare_io* io, Tail& tail) {
  const auto& a = *static_cast<const Args*>(args);
  const pare_conv2d_s8_args& c = a.conv;
  const auto outside = static_cast<Element>(a.tiles.copied_zero(c.in_zero_point));
  Rows<Element> rows(c, a.keep, {outside, a.copy(), c.in_zero_point, a.source_c}, after_stretches(a, io));
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  TileS8 t = a.tile;
  if (a.column) t.x_lane = c.dilation_h * row_bytes(a);
  const bool strips = a.keep == Keep::Strip;
  const ptrdiff_t y_row = c.out_w * a.y_pixel();
  const void* const* window = strips ? pointers_to(rows.strip_window()) : nullptr;
  if (strips) set_stretches(a, io, window, {0, static_cast<int>(c.kernel_h)}, t);
  for (int n = 0; n < c.n; ++n, x += ptrdiff_t{1} * c.in_h * c.in_w * a.source_c) {
    rows.start(x);
    for (int oh = 0, next = 0; oh < c.out_h; ++oh, y += y_row) {
      const OutputRow& r = a.rows[oh];
      if (strips && oh == next) {
        next = std::min<int>(oh + a.strip, c.out_h);
        rows.copy_strip(oh, next - oh);
        for (int merged = oh; a.merged && merged < next; ++merged) merge(a, io, window, a.rows[merged]);
      } else if (!strips) {
        window = pointers_to(rows.window(oh * c.stride_h - c.pad_top, r.span));
        set_stretches(a, io, window, r.span, t);
        if (a.merged) merge(a, io, window, r);
      }
      t.first = r.stretches.first;
      t.last = r.stretches.last;
      if (a.column) {
        t.lanes = t.last - t.first;
        t.last = t.first + 1;
      }
      for (int64_t ow = 0; ow < c.out_w; ow += a.chunk)
        run_chunk(a, t, a.bias + r.bias, r.window, ow, std::min(a.chunk, c.out_w - ow), y);
      tail.reach(y + y_row - static_cast<int8_t*>(io->out[0]));
    }
  }
}

// Inputs that `pixels` output pixels of one row see.
int64_t inputs_of(const pare_conv2d_s8_args& c, int64_t pixels) {
  return ((pixels - 1) * c.stride_w + reach(c.kernel_w, c.dilation_w)) * c.in_c;
}

// The inputs of output pixels [ow, ow + pixels) of row r, or all those of `rows` rows from r on.
void copy_chunk(const Args& a, const pare_io* io, int64_t r, int64_t rows, int64_t ow, int64_t pixels) {
  const pare_conv2d_s8_args& c = a.conv;
  const int64_t count = rows == 1 ? inputs_of(c, pixels) : int64_t{1} * c.in_w * c.in_c;
  auto* to = static_cast<int8_t*>(after_stretches(a, io));
  for (const int64_t end = r + rows; r < end; ++r, to += count * a.element()) {
    const int64_t ih = c.in_h == 1 ? r : r / c.out_h * c.in_h + r % c.out_h * c.stride_h;
    a.copy()(static_cast<const int8_t*>(io->in[0]) + (ih * c.in_w + ow * c.stride_w) * c.in_c, to, count, c.in_zero_point);
  }
}

// Chunks only for the cache.
void run_in_place(const Args& a, const pare_io* io, Tail& tail) {
  auto* y = static_cast<int8_t*>(io->out[0]);
  TileS8 t = a.tile;
  t.stretches = io->in;
  t.last = 1;
  for (int64_t ow = 0; ow < a.conv.out_w; ow += a.chunk) {
    const int64_t pixels = std::min(a.chunk, a.conv.out_w - ow);
    run_chunk(a, t, a.bias, 0, ow, pixels, y);
    tail.reach((ow + pixels) * a.y_pixel());
  }
}

void run_by_chunk(const void* args, const pare_io* io, Tail& tail) {
  const auto& a = *static_cast<const Args*>(args);
  if (a.reads_inputs()) return run_in_place(a, io, tail);
  const pare_conv2d_s8_args& c = a.conv;
  auto* y = static_cast<int8_t*>(io->out[0]);
  TileS8 t = a.tile;
  const void* row = after_stretches(a, io);
  set_stretches(a, io, &row, {0, 1}, t);
  t.last = a.stretches_in_row();
  const int64_t total = int64_t{1} * c.n * c.out_h;
  for (int64_t r = 0; r < total; r += a.joined) {
    const int64_t rows = std::min(a.joined, total - r), in_row = rows * c.out_w;
    for (int64_t ow = 0; ow < in_row; ow += a.chunk) {
      const int64_t pixels = std::min(a.chunk, in_row - ow);
      copy_chunk(a, io, r, rows, ow, pixels);
      run_chunk(a, t, a.bias, 0, 0, pixels, y + (r * c.out_w + ow) * a.y_pixel());
      tail.reach((r * c.out_w + ow + pixels) * a.y_pixel());
    }
  }
}

// A single output pixel, as of a dense layer of one row: its few instructions matter, since until they are through, the next
// layer's weights are not asked for.
bool is_pixel(const Args& a) {
  const bool one = int64_t{1} * a.conv.n * a.conv.out_h * a.conv.out_w == 1;
  return one && a.by_chunk && a.conv.groups == 1 && a.segments == 1;
}
void run_pixel(const void* args, const pare_io* io, Tail& tail) {
  const auto& a = *static_cast<const Args*>(args);
  const void* row = a.reads_inputs() ? io->in[0] : io->scratch;
  if (row == io->scratch) a.copy()(static_cast<const int8_t*>(io->in[0]), io->scratch, inputs_of(a.conv, 1), a.conv.in_zero_point);
  TileS8 t = a.tile;
  t.stretches = &row;
  t.last = 1;
  t.weights = a.weights;
  t.bias = a.bias;
  t.y = static_cast<int8_t*>(io->out[0]);
  t.channels = static_cast<int>(a.stored());
  a.tiles.loop(t, 1, a.blocks);  // by run_groups an autoencoder of ten layers takes 2 % longer
  tail.reach(a.stored());
}

int64_t scratch_bytes(const Args& a) {
  if (a.in_place && a.tiles.in_place) return 0;
  const int64_t behind = (a.tiles.pixels_at_once - 1) * a.tile.x_pixel;
  if (a.by_chunk) {
    const int64_t inputs = inputs_of(a.conv, std::min<int64_t>(a.chunk, a.conv.out_w));
    const int64_t rows = a.joined * a.conv.in_w * a.conv.in_c;
    return behind + stretches_bytes(a) + ((a.joined == 1 ? inputs : rows) + kRowSlack) * a.element();
  }
  const int64_t rows = with_element(a, [&]<class Element>() { return Rows<Element>::scratch_bytes(a.conv, a.keep); });
  return behind + stretches_bytes(a) + merged_bytes(a) + rows;
}

// Cycles that the tiles of a layer take, by what was measured on an Emerald Rapids with the convolutions of
// bench/layers.csv: where the two differ by more than a fifth, so do the times. With AMX, 16 pixels of a block take as
// long as one; with AVX-512, a pixel takes half a cycle a lane.
struct Cycles {
  double amx, avx512;
};
Cycles cycles_of(const pare_conv2d_s8_args& conv) {
  const pare_conv2d_s8_args c = as_long_row(conv);
  const int stretch = stretch_of(c);
  const double stretches = c.kernel_h * segments_of(c);
  const double rows = 1.0 * c.n * c.out_h * static_cast<double>(c.groups * channel_blocks(c.out_c / c.groups));
  const auto pieces = [](int count, int size) { return static_cast<double>((count + size - 1) / size); };
  return {.amx = rows * pieces(c.out_w, kAmxRows) * (80 + 28 * stretches * pieces(stretch, kAmxRowBytes)),
          .avx512 = rows * c.out_w * (3 + stretches * pieces(stretch, 4) / 2)};
}

Isa faster_of(Isa isa, const pare_conv2d_s8_args& conv) {
  if (isa != Isa::Amx || amx_everywhere) return isa;
  const Cycles cycles = cycles_of(conv);
  return cycles.amx < cycles.avx512 ? isa : base_of(isa);
}

TilesS8 tiles_for(Isa isa, const pare_conv2d_s8_args& c) {
  if (int64_t{1} * c.n * c.out_h * c.out_w > 1) return tiles_s8(isa);
  const int8_t* end = c.weights + int64_t{1} * c.out_c * c.kernel_h * c.kernel_w * (c.in_c / c.groups);
  return std::find(c.weights, end, -128) == end ? tiles_s8_of_pixel(isa) : tiles_s8(isa);
}

Kernel kernel_for(const std::shared_ptr<Packed>& packed, const Kernel& reference) {
  const Args& a = packed->args;
  const Isa isa = a.tiles.isa;
  if (is_pixel(a)) return twin_with_tail<run_pixel>(reference, isa, packed, scratch_bytes(a));
  if (a.by_chunk) return twin_with_tail<run_by_chunk>(reference, isa, packed, scratch_bytes(a));
  return with_element(a, [&]<class Element>() {
    return twin_with_tail<run_by_row<Element>>(reference, isa, packed, scratch_bytes(a));
  });
}

}  // namespace

std::optional<Kernel> fast_conv2d_s8(const pare_conv2d_s8_args& conv, Isa allowed, const Kernel& reference) {
  const Isa isa = faster_of(allowed, conv);
  const TilesS8 tiles = tiles_for(isa, conv);
  if (!tiles.loop) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  Args& a = packed->args;
  a.tiles = tiles;
  const bool near = 15 * conv.stride_w * conv.in_c + 4 <= 128;
  a.narrow = tiles.narrow && near && conv.out_c == kNarrow && conv.groups == 1 && conv.out_w > 1;
  a.pairs = tiles.pairs && !a.narrow && conv.out_c == kNarrow && conv.groups == 1 && conv.out_w > 1;
  a.source_c = conv.in_c;
  a.half = !a.narrow && can_halve(a, conv);
  a.conv = a.pairs || a.half ? pair_up(conv, packed->other) : can_widen(a, conv) ? widen(conv, packed->other.weights) : conv;
  auto requantize = pack_requantize(a.conv.requantize, ranges_of(a.conv), conv.groups, tiles.lines);
  if (!requantize) return std::nullopt;
  packed->requantize = std::move(*requantize);
  a.requantize = packed->requantize.vectors;
  choose_rows(a);
  a.bias_count = conv.groups * a.blocks * kChannelBlock;
  packed->weights = pack_weights(*packed);
  pack_rows(*packed);
  a.weights = packed->weights.view<int8_t>().data();
  a.bias = packed->bias.view<int32_t>().data();
  a.rows = packed->rows.data();
  a.tile = tile_of(a);
  a.conv.weights = nullptr;
  a.conv.bias = nullptr;
  Kernel kernel = kernel_for(packed, reference);
  if (a.takes_flipped()) kernel.flip_in = &a.flip_in;
  return kernel;
}

}  // namespace pare
