#include "ops/conv2d/conv2d_f32_fast.hpp"

#include <algorithm>

#include "ops/requantize.hpp"
#include "ops/window_rows.hpp"

namespace pare {
namespace {

constexpr int64_t kChunk = 48;  // pixels whose inputs stay in the first cache while all channels pass by

using Rows = WindowRows<Conv2dF32Args, CopyRow<float>>;

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
void run_chunk(const Conv2dF32FastArgs& args, TileF32& t, int64_t ow, int64_t pixels, float* y) {
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

// Is the last block at most half full? Few inputs have few pairs, and a sum of few pixels waits for the one before.
bool gains_by_pairs(const Conv2dF32Args& a) {
  return (a.out_c / a.groups - 1) % kTileBlock < kTileBlock / 2 && tile_of(a).length >= 4 && a.out_w >= 4;
}

}  // namespace

int64_t conv2d_f32_scratch(const Conv2dF32Args& a) { return Rows::scratch_bytes(a, keep_as_needed(a)); }

void conv2d_f32_fast(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const Conv2dF32FastArgs*>(args);
  const Conv2dF32Args& a = p.conv;
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  TileF32 t = tile_of(a);
  t.paired = p.paired;
  Rows rows(a, keep_as_needed(a), {0, a.in_c}, io->scratch);
  for (int n = 0; n < a.n; ++n, x += static_cast<ptrdiff_t>(a.in_h) * a.in_w * a.in_c) {
    rows.start(x);
    for (int oh = 0; oh < a.out_h; ++oh, y += static_cast<ptrdiff_t>(a.out_w) * a.out_c) {
      const int top = oh * a.stride_h - a.pad_top;
      const RowSpan span = rows_inside(a, top);
      t.first = span.first;
      t.last = span.last;
      t.rows = rows.window(top, span);
      for (int64_t ow = 0; ow < a.out_w; ow += kChunk) run_chunk(p, t, ow, std::min(kChunk, a.out_w - ow), y);
    }
  }
}

Kernel fast_conv2d_f32(const Conv2dF32Args& conv, const Tensor& weights, const Tensor& bias, Isa isa) {
  auto holder = std::make_shared<Holder<Conv2dF32FastArgs>>();
  holder->tensors = {pack_blocks(weights, conv.out_c, conv.groups), pack_bias(bias, conv.out_c, conv.groups)};
  holder->args = {as_long_row(conv), tile_loop(isa), false};
  holder->args.paired = takes_pairs(isa) && gains_by_pairs(holder->args.conv);
  if (holder->args.paired) holder->tensors[0] = pair_last_blocks(holder->tensors[0], tile_of(conv).length);
  holder->args.conv.weights = holder->tensors[0].view<float>().data();
  holder->args.conv.bias = holder->tensors[1].view<float>().data();
  return Kernel{.run = conv2d_f32_fast,
                .args = as_args(holder),
                .name = "conv2d_f32_" + std::string(tile_name(isa)),
                .scratch_bytes = conv2d_f32_scratch(holder->args.conv),
                .c = {}};
}

}  // namespace pare
