// Fast float convolution. The tile (tile_f32.hpp) knows no border: it reads, for each kernel row, neighbouring inputs.
// So where a window reaches over the left or right edge, the rows in use are first copied into a ring of rows with zeros
// on both sides; an input row is copied once, and read for every output channel and kernel column. Kernel rows above or
// below the image are left out. Rejected: clipping the window of each edge pixel (an edge pixel alone leaves most of the
// registers empty; an 8 x 8 image took twice the time), and im2col (kernel_h * kernel_w as much copying).
#include "ops/conv2d/conv2d_f32_fast.hpp"

#include <algorithm>
#include <cstring>

#include "ops/requantize.hpp"

namespace pare {
namespace {

constexpr int64_t kChunk = 48;  // pixels whose inputs stay in the first cache while all channels pass by

int reach(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

// Pixels of a row that the windows see, outside places included.
int row_pixels(const Conv2dF32Args& a) { return (a.out_w - 1) * a.stride_w + reach(a.kernel_w, a.dilation_w); }

bool needs_ring(const Conv2dF32Args& a) { return a.pad_left > 0 || row_pixels(a) > a.in_w; }

int64_t pointers_bytes(const Conv2dF32Args& a) { return (a.kernel_h * int64_t{sizeof(float*)} + 63) / 64 * 64; }

int64_t ring_row(const Conv2dF32Args& a) { return int64_t{1} * row_pixels(a) * a.in_c; }

int64_t ring_bytes(const Conv2dF32Args& a) {
  return needs_ring(a) ? reach(a.kernel_h, a.dilation_h) * ring_row(a) * int64_t{sizeof(float)} : 0;
}

// The input rows of one sample as the tiles read them.
class Rows {
 public:
  Rows(const Conv2dF32Args& a, void* scratch)
      : a_(a),
        pointers_(static_cast<const float**>(scratch)),
        ring_(reinterpret_cast<float*>(static_cast<std::byte*>(scratch) + pointers_bytes(a))) {
    if (needs_ring(a)) std::memset(ring_, 0, static_cast<size_t>(ring_bytes(a)));
  }

  void start(const float* sample) {
    sample_ = sample;
    copied_ = 0;
  }

  // Makes the kernel rows [first, last) of the output row whose window begins at input row `top` ready.
  const float* const* window(int top, int first, int last) {
    if (needs_ring(a_)) copy_until(top, std::min(top + reach(a_.kernel_h, a_.dilation_h), a_.in_h));
    for (int kh = first; kh < last; ++kh) pointers_[kh] = row(top + kh * a_.dilation_h);
    return pointers_;
  }

 private:
  float* slot(int ih) { return ring_ + ih % reach(a_.kernel_h, a_.dilation_h) * ring_row(a_); }
  const float* source(int ih) const { return sample_ + static_cast<ptrdiff_t>(ih) * a_.in_w * a_.in_c; }
  const float* row(int ih) { return needs_ring(a_) ? slot(ih) : source(ih); }

  void copy_until(int top, int end) {
    const int pixels = std::min(a_.in_w, row_pixels(a_) - a_.pad_left);
    for (copied_ = std::max(copied_, top); copied_ < end && pixels > 0; ++copied_)
      std::memcpy(slot(copied_) + a_.pad_left * a_.in_c, source(copied_), sizeof(float) * static_cast<size_t>(pixels) * static_cast<size_t>(a_.in_c));
  }

  const Conv2dF32Args& a_;
  const float** pointers_;
  float* ring_;
  const float* sample_ = nullptr;
  int copied_ = 0;
};

// What all tiles of a convolution share.
TileF32 tile_of(const Conv2dF32Args& a) {
  const int depth = a.in_c / a.groups;
  const bool contiguous = a.groups == 1 && a.dilation_w == 1;
  TileF32 t{};
  t.segments = contiguous ? 1 : a.kernel_w;
  t.length = contiguous ? a.kernel_w * depth : depth;
  t.x_pixel = static_cast<ptrdiff_t>(a.stride_w) * a.in_c;
  t.x_segment = static_cast<ptrdiff_t>(a.dilation_w) * a.in_c;
  t.weight_block = static_cast<ptrdiff_t>(a.kernel_h) * a.kernel_w * depth * kTileBlock;
  t.lo = a.limits[0];
  t.hi = a.limits[1];
  t.y_pixel = a.out_c;
  return t;
}

// All groups of the pixels [ow, ow + pixels) of an output row, which begins at y.
void run_chunk(const Conv2dF32FastArgs& args, TileF32 t, int64_t ow, int64_t pixels, float* y) {
  const Conv2dF32Args& a = args.conv;
  const int per_group = a.out_c / a.groups, blocks = (per_group + kTileBlock - 1) / kTileBlock;
  for (int g = 0; g < a.groups; ++g) {
    t.x_offset = ow * t.x_pixel + g * (a.in_c / a.groups);
    t.weights = a.weights + g * blocks * t.weight_block;
    t.bias = a.bias + static_cast<ptrdiff_t>(g) * blocks * kTileBlock;
    t.y = y + ow * t.y_pixel + g * per_group;
    t.channels = per_group;
    args.tiles(t, pixels, blocks);
  }
}

// Kernel rows inside the image.
void clip_rows(const Conv2dF32Args& a, int top, TileF32& t) {
  const auto steps = [&](int rows) { return rows <= 0 ? 0 : (rows + a.dilation_h - 1) / a.dilation_h; };
  t.first = std::min(steps(-top), a.kernel_h);
  t.last = std::max(t.first, std::min(steps(a.in_h - top), a.kernel_h));
}

}  // namespace

int64_t conv2d_f32_scratch(const Conv2dF32Args& a) { return pointers_bytes(a) + ring_bytes(a); }

Conv2dF32Args as_long_row(const Conv2dF32Args& conv) {
  Conv2dF32Args a = conv;
  const bool single = a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1;
  if (!single || a.in_h != a.out_h || a.in_w != a.out_w || a.pad_top > 0 || a.pad_left > 0) return a;
  a.in_w = a.out_w = a.n * a.in_h * a.in_w;
  a.n = a.in_h = a.out_h = 1;
  return a;
}

void conv2d_f32_fast(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const Conv2dF32FastArgs*>(args);
  const Conv2dF32Args& a = p.conv;
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  TileF32 t = tile_of(a);
  Rows rows(a, io->scratch);
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.in_c) {
    rows.start(x);
    for (int oh = 0; oh < a.out_h; ++oh, y += static_cast<ptrdiff_t>(a.out_w) * a.out_c) {
      const int top = oh * a.stride_h - a.pad_top;
      clip_rows(a, top, t);
      t.rows = rows.window(top, t.first, t.last);
      for (int64_t ow = 0; ow < a.out_w; ow += kChunk) run_chunk(p, t, ow, std::min(kChunk, a.out_w - ow), y);
    }
  }
}

Kernel fast_conv2d_f32(const Conv2dF32Args& conv, const Tensor& weights, const Tensor& bias, Isa isa) {
  auto holder = std::make_shared<Holder<Conv2dF32FastArgs>>();
  holder->tensors = {pack_blocks(weights, conv.out_c, conv.groups), pack_bias(bias, conv.out_c, conv.groups)};
  holder->args = {as_long_row(conv), tile_loop(isa)};
  holder->args.conv.weights = holder->tensors[0].view<float>().data();
  holder->args.conv.bias = holder->tensors[1].view<float>().data();
  return Kernel{.run = conv2d_f32_fast,
                .args = as_args(holder),
                .name = "conv2d_f32_" + std::string(tile_name(isa)),
                .scratch_bytes = conv2d_f32_scratch(holder->args.conv),
                .c = {}};
}

}  // namespace pare
