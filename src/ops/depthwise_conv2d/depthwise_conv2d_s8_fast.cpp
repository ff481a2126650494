// Fast int8 depthwise convolution: what depthwise_conv2d_s8_fast.inc needs, from what the reference has.
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_fast.hpp"

#include <numeric>

#include "ops/conv2d/conv2d_s8_fast.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d_s8_pairs.hpp"
#include "ops/isa_table.hpp"
#include "ops/tile_s8.hpp"
#include "ops/window_rows.hpp"

namespace pare {
namespace {

struct Loop {
  Isa isa;
  DepthwiseS8Loop run;
  int lanes;  // of a vector, 32 bits each
  DepthwiseS8ImageLoop image;
};
constexpr Loop kLoops[] = {
    {Isa::Portable, nullptr, 0, nullptr},
#if defined(__x86_64__)
    {Isa::Avx2, depthwise_s8_avx2, 8, nullptr},
    {Isa::AvxVnni, depthwise_s8_avxvnni, 8, nullptr},
    {Isa::Avx512Vnni, depthwise_s8_avx512vnni, 16, depthwise_s8_image_avx512vnni},
#elif defined(__aarch64__)
    {Isa::Neon, depthwise_s8_neon, 4, nullptr},
    {Isa::DotProd, depthwise_s8_dotprod, 4, nullptr},
#endif
};

struct Args {
  // in_c: of copied inputs, where each stands `multiplier` times; kernel_h: the rows that are in use at a time, one
  // more for two output rows.
  pare_depthwise_conv2d_s8_args conv;
  int kernel_h;    // of the kernel
  int steps;       // units of weights in a set
  TilesS8 inputs;  // how they are copied
  DepthwiseS8Loop loop;
  int lanes;
  DepthwiseS8Rows rows;
  DepthwiseS8ImageLoop image;  // or null

  int unit() const { return 4 * lanes; }
  int element() const { return 4 / inputs.group; }
  int row_count() const { return rows.groups * inputs.group; }
};

struct Packed {
  Args args{};
  std::vector<int32_t> multiplier, exponent;
  std::vector<ptrdiff_t> in_streams;
  std::vector<float> scale;
  Tensor weights, biases, outside;
  RequantizePack requantize;
};

// Does a unit of depthwise_conv2d_s8_direct.inc hold several pixels?
bool has_whole_pixels(const pare_depthwise_conv2d_s8_args& c) {
  return c.kernel_w == 3 && (c.in_c == 8 || c.in_c == 16 || c.in_c == 32);
}

// Is an output row one vector after another, with several pixels in one?
bool is_flat(const Args& a) {
  return a.image ? has_whole_pixels(a.conv) : a.rows.pixel == a.rows.in_c || a.rows.narrow;
}

// Which channel of its unit lane `lane` of accumulator vector `vector` is, after unpacking: bytes come in 16s, words in
// 8s.
int unpacked(const Args& a, int vector, int lane) {
  if (a.image && (a.kernel_h == 5 || !a.rows.two)) return 16 * (lane / 4) + 8 * (vector / 2) + 2 * (lane % 4) + vector % 2;
  if (a.inputs.group == 4) return 16 * (lane / 4) + 4 * vector + lane % 4;
  return 16 * (vector / 2) + 8 * (lane / 4) + 4 * (vector % 2) + lane % 4;
}

// The layer's channel of place `place` among all sets' accumulators; -1: none.
int channel_at(const Args& a, int place) {
  const int set = place / a.unit(), inside = place % a.unit();
  const int lane = unpacked(a, inside / a.lanes, inside % a.lanes);
  if (a.image && !is_flat(a) && set > 0) return std::min(set * a.unit(), a.rows.in_c - a.unit()) + lane;
  const int at = set * a.unit() + lane;
  if (!is_flat(a)) return at < a.rows.in_c ? at : -1;
  return at % a.rows.in_c;
}

// Units begin at multiples of 64, and read as far as the last tap.
int64_t stream_bytes(const Args& a) {
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  return whole_lines(int64_t{1} * c.out_w * c.in_c) + whole_lines((c.kernel_w - 1) * a.rows.tap);
}

// Has depthwise_conv2d_s8_direct.inc this one? With stride 1 streams are better where blocks of 64 channels would hold
// few.
bool is_direct(const pare_depthwise_conv2d_s8_args& c) {
  if (c.kernel_h != c.kernel_w || c.dilation_h != 1 || c.dilation_w != 1 || c.multiplier != 1) return false;
  if (c.stride_h != c.stride_w || c.stride_w > 2) return false;
  if (c.kernel_w == 5) return c.in_c > 16;
  if (c.kernel_w != 3) return false;
  return has_whole_pixels(c) || (c.stride_w == 1 ? (c.in_c + 63) / 64 * 128 <= 3 * c.in_c : c.in_c > 16);
}

void choose_direct_form(Args& a) {
  a.kernel_h = a.rows.kernel_w = a.conv.kernel_w;
  a.rows.in_c = a.conv.in_c;
  a.rows.sets = (a.conv.in_c + a.unit() - 1) / a.unit();
  a.rows.two = a.conv.stride_h == 1;
  a.steps = a.kernel_h == 3 ? (a.rows.two ? 6 : 3) : (a.rows.two ? 16 : 7);
}

void choose_form(Args& a) {
  if (a.image) return choose_direct_form(a);
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  DepthwiseS8Rows& r = a.rows;
  r.in_c = c.in_c;
  r.out_w = c.out_w;
  r.kernel_w = c.kernel_w;
  r.tap = ptrdiff_t{1} * c.dilation_w * c.in_c;
  r.pixel = ptrdiff_t{1} * c.stride_w * c.in_c;
  const int piece = a.lanes == 16 ? 8 : 16;  // bytes that stay together
  r.narrow = a.lanes > 4 && c.stride_w == 2 && c.in_c < a.unit() && c.in_c * a.element() % piece == 0 && a.unit() % c.in_c == 0;
  const bool flat = r.pixel == c.in_c || r.narrow;
  r.sets = flat ? c.in_c / std::gcd(c.in_c, a.unit()) : (c.in_c + a.unit() - 1) / a.unit();
  a.kernel_h = c.kernel_h;
  r.two = r.pixel == c.in_c && c.stride_h == 1 && c.dilation_h == 1 && c.kernel_h % a.inputs.group != 0 && c.out_h > 1;
  if (r.two) ++a.conv.kernel_h;
  r.groups = (a.conv.kernel_h + a.inputs.group - 1) / a.inputs.group;
  a.steps = r.groups * r.kernel_w * (r.two ? 2 : 1);
  const bool shared = c.out_w * int64_t{c.in_c} > int64_t{2 * r.sets - 1} * a.unit();  // two units a set, at least
  if (a.lanes == 16 && r.pixel == c.in_c && c.in_c % 4 == 0 && shared) r.stream = stream_bytes(a);
}

// Taps of the streams: fours of a row stand in turn in four streams.
void place_taps(Packed& p) {
  DepthwiseS8Rows& r = p.args.rows;
  for (int kw = 0; kw < r.kernel_w; ++kw)
    for (int vector = 0; vector < 4; ++vector) {
      const ptrdiff_t four = kw * r.tap / 4 + vector;
      p.in_streams.push_back(four % 4 * r.stream + four / 4 * 16);
    }
  r.in_streams = p.in_streams.data();
}

std::vector<AccumulatorRange> ranges_of(const Packed& p) {
  const Args& a = p.args;
  std::vector<AccumulatorRange> ranges;
  for (int place = 0; place < a.rows.sets * a.unit(); ++place) {
    const int c = channel_at(a, place);
    AccumulatorRange& range = ranges.emplace_back();
    if (c < 0) continue;
    range.lo = range.hi = a.conv.bias ? a.conv.bias[c] : 0;
    for (int i = 0; i < a.kernel_h * a.conv.kernel_w; ++i)
      range.add(a.conv.weights[i * a.conv.in_c + c], a.conv.in_zero_point);
  }
  return ranges;
}

template <class T>
const T* in_places(const Args& a, std::vector<T>& to, const T* from, bool one) {
  if (!from) return nullptr;
  for (int place = 0; place < a.rows.sets * a.unit(); ++place)
    to.push_back(from[one ? 0 : std::max(channel_at(a, place), 0)]);
  return to.data();
}

bool pack_constants(Packed& p) {
  const Args& a = p.args;
  pare_requantize_args r = a.conv.requantize;
  const bool one = r.channels == 1;
  r.multiplier = in_places(a, p.multiplier, r.multiplier, one);
  r.exponent = in_places(a, p.exponent, r.exponent, one);
  r.scale = in_places(a, p.scale, r.scale, one);
  r.channels = a.rows.sets * a.unit();
  auto requantize = pack_requantize(r, ranges_of(p), 1, a.inputs.lines);
  if (!requantize) return false;
  p.requantize = std::move(*requantize);
  p.args.rows.requantize = p.requantize.vectors;
  return true;
}

// Where a weight stands: a unit of a set's, and an element of each lane.
struct Cell {
  int step, element;
};

// As depthwise_conv2d_s8_five.inc has lanes. The fifth row, and a sixth for the second of two output rows:
Cell five_cell(bool two, int row, int kw, int output) {
  constexpr int kStep[] = {5, 5, 6, 6, 7}, kSecond[] = {0, 1, 0, 1, 1};
  if (row < 4) return {8 * output + kw, row};
  if (two) return {8 * output + kStep[kw], 2 * kSecond[kw] + row - 4};
  return kw == 0 ? Cell{6, 1} : Cell{5, kw - 1};
}

// As load_pairs of depthwise_conv2d_s8_direct.inc has lanes and words.
Cell pair_cell(const Args& a, int place, int kh, int kw) {
  if (kh == 2) return kw == 1 ? Cell{from_right(a.conv) ? 0 : 2, 2} : Cell{kw, 3};
  const bool second = place / a.lanes % 2 == 1;
  return {kw, kw == 1 && second ? kh + 2 : kh};
}

// For output row `output` of the two that may share inputs.
Cell cell_of(const Args& a, int place, int kh, int kw, int output) {
  const int row = kh + output, outputs = a.rows.two ? 2 : 1;
  if (a.image && a.kernel_h == 5) return five_cell(a.rows.two, row, kw, output);
  if (a.image && !a.rows.two) return pair_cell(a, place, kh, kw);
  return {(row / a.inputs.group * a.rows.kernel_w + kw) * outputs + output, row % a.inputs.group};
}

void put_weight(const Args& a, int8_t* packed, int place, Cell cell, int8_t w) {
  const ptrdiff_t step = ptrdiff_t{1} * (place / a.unit()) * a.steps + cell.step;
  int8_t* to = packed + (step * a.unit() + place % a.unit()) * 4 + cell.element * a.element();
  if (a.element() == 1)
    *to = w;
  else
    *reinterpret_cast<int16_t*>(to) = w;
}

void pack_weights(Packed& p) {
  const Args& a = p.args;
  const int outputs = a.rows.two ? 2 : 1, places = a.rows.sets * a.unit();
  p.weights = Tensor(DType::I8, {int64_t{4} * places * a.steps});
  p.biases = Tensor(DType::I32, {places});
  for (int place = 0; place < places; ++place) {
    const int c = channel_at(a, place);
    const auto constant = p.requantize.constant[static_cast<size_t>(place)];
    const int64_t start = a.rows.requantize.start[place];
    p.biases.edit<int32_t>()[static_cast<size_t>(place)] = static_cast<int32_t>(constant.value_or(0) + start);
    if (c < 0 || constant) continue;
    int64_t sum = 0;
    for (int i = 0; i < a.kernel_h * a.rows.kernel_w; ++i) {
      const int8_t w = a.conv.weights[i * a.conv.in_c + c];
      sum += w;
      for (int output = 0; output < outputs; ++output)
        put_weight(a, p.weights.edit<int8_t>().data(), place,
                   cell_of(a, place, i / a.rows.kernel_w, i % a.rows.kernel_w, output), w);
    }
    const int64_t bias = (a.conv.bias ? a.conv.bias[c] : 0) - sum * a.inputs.copied_zero(a.conv.in_zero_point);
    p.biases.edit<int32_t>()[static_cast<size_t>(place)] = static_cast<int32_t>(bias + start);
  }
}

// ---- running ------------------------------------------------------------------------------------------------------

// Writes each code `times` times.
template <class Element, int kTimes>
void repeat(const int8_t* from, Element* to, int64_t count, int offset) {
  for (int64_t i = 0; i < count; i += kTimes, ++from)
    for (int k = 0; k < kTimes; ++k) to[i + k] = static_cast<Element>(*from + offset);
}
template <class Element>
struct RepeatCodes : CopyCodes<Element> {
  int times;
  void operator()(const int8_t* from, Element* to, int64_t count) const {
    const int offset = this->outside - this->zero_point;
    if (times == 1) CopyCodes<Element>::operator()(from, to, count);
    if (times == 2) repeat<Element, 2>(from, to, count, offset);
    if (times == 3) repeat<Element, 3>(from, to, count, offset);
    if (times == 4) repeat<Element, 4>(from, to, count, offset);
  }
};
constexpr int kMostTimes = 4;  // with more outputs an input, tiles of a grouped convolution are filled well enough

template <class Element>
using Rows = WindowRows<pare_depthwise_conv2d_s8_args, RepeatCodes<Element>>;

// The row of zeros for places outside the image, and the pointers to all rows and the streams, stand before the ring.
template <class Element>
struct Scratch {
  static int64_t row_bytes(const Args& a) {
    return whole_lines((int64_t{1} * row_pixels(a.conv) * a.conv.in_c + kRowSlack) * int64_t{sizeof(Element)});
  }
  static int64_t pointer_bytes(const Args& a) { return whole_lines(a.row_count() * int64_t{sizeof(void*)}); }
  static int64_t stream_bytes(const Args& a) { return 4 * a.rows.groups * a.rows.stream; }
  static int64_t bytes(const Args& a) {
    return row_bytes(a) + pointer_bytes(a) + stream_bytes(a) + Rows<Element>::scratch_bytes(a.conv, Keep::Ring);
  }
};

template <class Element>
void run(const void* args, const pare_io* io, Tail& tail) {
  const auto& a = *static_cast<const Args*>(args);
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  const auto outside = static_cast<Element>(a.inputs.copied_zero(c.in_zero_point));
  auto* scratch = static_cast<std::byte*>(io->scratch);
  auto* zeros = reinterpret_cast<Element*>(scratch);
  std::fill_n(zeros, Scratch<Element>::row_bytes(a) / int64_t{sizeof(Element)}, outside);
  scratch += Scratch<Element>::row_bytes(a);
  auto* pointers = reinterpret_cast<const void**>(scratch);
  scratch += Scratch<Element>::pointer_bytes(a);
  auto* streams = reinterpret_cast<int8_t*>(scratch);
  scratch += Scratch<Element>::stream_bytes(a);
  const int in_c = c.in_c / c.multiplier;
  Rows<Element> rows(c, Keep::Ring, {{outside, a.inputs.copy, c.in_zero_point, in_c}, c.multiplier}, scratch);
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  const int step = a.rows.two ? 2 : 1;
  const ptrdiff_t y_row = ptrdiff_t{1} * c.out_w * c.in_c;
  for (int n = 0; n < c.n; ++n, x += ptrdiff_t{1} * c.in_h * c.in_w * in_c, y += c.out_h * y_row) {
    rows.start(x);
    for (int oh = 0; oh < c.out_h; oh += step) {
      const int top = oh * c.stride_h - c.pad_top;
      const RowSpan span = rows_inside(c, top);
      const Element* const* inside = rows.window(top, span);
      for (int kh = 0; kh < a.row_count(); ++kh) pointers[kh] = kh >= span.first && kh < span.last ? inside[kh] : zeros;
      a.loop(a.rows, pointers, streams, y + oh * y_row,
             oh + 1 < c.out_h && a.rows.two ? y + (oh + 1) * y_row : nullptr);
      tail.reach((int64_t{n} * c.out_h + std::min(oh + step, c.out_h)) * y_row);
    }
  }
}

// Output rows that share a pass: enough that its beginning does not count, so few that they stay in the nearest cache.
constexpr int kStripUnits = 128;

int strip_rows(const pare_depthwise_conv2d_s8_args& c) {
  const int units = std::max(1, c.out_w * std::min(c.in_c, 64) / 64),
            pairs = std::clamp(kStripUnits / units, 1, (c.out_h + 1) / 2);
  return 2 * pairs;
}

// As DepthwiseS8ImageLoop asks for.
int64_t direct_scratch(const pare_depthwise_conv2d_s8_args& c) {
  const int64_t sets = (c.in_c + 63) / 64, kept = c.stride_w == 1 ? int64_t{128} * sets * (c.out_w + 2) : 0;
  if (c.kernel_w == 3) return int64_t{64} * strip_rows(c) * c.out_w + kept;
  return int64_t{192} * c.out_w + (c.stride_w == 1 ? int64_t{512} * (c.out_w + 4) : int64_t{1536} * (c.out_w + 2));
}

void run_direct(const void* args, const pare_io* io, Tail& tail) {
  const auto& packed = *static_cast<const Packed*>(args);
  const Args& a = packed.args;
  const pare_depthwise_conv2d_s8_args& c = a.conv;
  const DepthwiseS8Image image{&c, &a.rows, a.steps, strip_rows(c), packed.outside.view<int8_t>().data()};
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  auto* y = static_cast<int8_t*>(io->out[0]);
  for (int n = 0; n < c.n;
       ++n, x += ptrdiff_t{1} * c.in_h * c.in_w * c.in_c, y += ptrdiff_t{1} * c.out_h * c.out_w * c.in_c) {
    a.image(image, x, y, static_cast<int8_t*>(io->scratch));
    tail.reach(int64_t{n + 1} * c.out_h * c.out_w * c.in_c);
  }
}

Kernel direct(std::shared_ptr<Packed> packed, Isa isa, const Kernel& reference) {
  const pare_depthwise_conv2d_s8_args& c = packed->args.conv;
  packed->outside = Tensor(DType::I8, {int64_t{1} * c.in_w * c.in_c});
  std::ranges::fill(packed->outside.edit<int8_t>(), static_cast<int8_t>(c.in_zero_point));
  return twin_with_tail<run_direct>(reference, isa, packed, direct_scratch(c));
}

Kernel kernel_for(const std::shared_ptr<Packed>& packed, Isa isa, const Kernel& reference) {
  const Args& a = packed->args;
  if (a.image) return direct(packed, isa, reference);
  if (a.element() == 1) return twin_with_tail<run<uint8_t>>(reference, isa, packed, Scratch<uint8_t>::bytes(a));
  return twin_with_tail<run<int16_t>>(reference, isa, packed, Scratch<int16_t>::bytes(a));
}

// With a large multiplier the layer is a convolution of in_c groups, whose weights are [out_c, kernel_h, kernel_w, 1].
std::optional<Kernel> as_groups(const pare_depthwise_conv2d_s8_args& d, Isa isa, const Kernel& reference) {
  const int out_c = d.in_c * d.multiplier, taps = d.kernel_h * d.kernel_w;
  std::vector<int8_t> weights(static_cast<size_t>(out_c) * static_cast<size_t>(taps));
  for (int c = 0; c < out_c; ++c)
    for (int i = 0; i < taps; ++i) weights[static_cast<size_t>(c * taps + i)] = d.weights[i * out_c + c];
  const pare_conv2d_s8_args conv{d.n,        d.in_h,          d.in_w,         d.in_c,     d.out_h,
                                 d.out_w,    out_c,           d.kernel_h,     d.kernel_w, d.stride_h,
                                 d.stride_w, d.dilation_h,    d.dilation_w,   d.pad_top,  d.pad_left,
                                 d.in_c,     d.in_zero_point, weights.data(), d.bias,     d.requantize};
  return fast_conv2d_s8(conv, isa, reference);
}

}  // namespace

std::optional<Kernel> fast_depthwise_conv2d_s8(const pare_depthwise_conv2d_s8_args& conv, Isa isa,
                                               const Kernel& reference) {
  const Loop& loop = row_for(kLoops, isa);  // not of Amx: a channel by itself fills no tile
  if (conv.multiplier > kMostTimes) return as_groups(conv, loop.isa, reference);
  if (!loop.run) return std::nullopt;
  if (loop.isa == Isa::Avx2)
    if (auto paired = paired_depthwise_conv2d_s8(conv, reference)) return paired;
  auto packed = std::make_shared<Packed>();
  Args& a = packed->args;
  a.conv = conv;
  a.conv.in_c *= conv.multiplier;
  a.inputs = tiles_s8(loop.isa);
  a.loop = loop.run;
  a.lanes = loop.lanes;
  a.image = is_direct(conv) ? loop.image : nullptr;
  choose_form(a);
  place_taps(*packed);
  if (!pack_constants(*packed)) return std::nullopt;
  pack_weights(*packed);
  a.rows.weights = packed->weights.view<int8_t>().data();
  a.rows.bias = packed->biases.view<int32_t>().data();
  a.conv.weights = nullptr;
  a.conv.bias = nullptr;
  Kernel kernel = kernel_for(packed, loop.isa, reference);
  if (a.image || a.rows.stream > 0) kernel.flip_out = &a.rows.flip_out;
  return kernel;
}

}  // namespace pare
