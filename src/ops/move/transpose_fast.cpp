#include "ops/move/transpose_fast.hpp"

#include <algorithm>
#include <vector>

#include "ops/requantize.hpp"

namespace pare {
namespace {

// y[o, i, c] = x[o, c, i]
struct Swap {
  ptrdiff_t outer, planes, places;
};

struct Axis {
  ptrdiff_t extent, stride;
};

// The axes of y that are longer than 1, those joined that lie behind one another in x too.
std::vector<Axis> axes_of(const pare_gather_args& a) {
  std::vector<Axis> axes;
  for (int k = 0; k < 6; ++k) {
    if (a.extent[k] == 1) continue;
    if (!axes.empty() && axes.back().stride == ptrdiff_t{a.extent[k]} * a.stride[k])
      axes.back() = {axes.back().extent * a.extent[k], a.stride[k]};
    else
      axes.push_back({a.extent[k], a.stride[k]});
  }
  return axes;
}

std::optional<Swap> swap_of(const pare_gather_args& a) {
  std::vector<Axis> axes = axes_of(a);
  if (axes.size() == 2) axes.insert(axes.begin(), {1, axes[0].extent * axes[1].extent});
  if (axes.size() != 3 || a.offset != 0) return std::nullopt;
  const Swap swap{axes[0].extent, axes[2].extent, axes[1].extent};
  const bool swaps =
      axes[1].stride == 1 && axes[2].stride == swap.places && axes[0].stride == swap.places * swap.planes;
  return swaps ? std::optional(swap) : std::nullopt;
}

// With the number of planes known, a loop over places is one of vectors.
template <int kPlanes, class T>
void interleave(const T* x, ptrdiff_t places, T* __restrict y) {
  for (ptrdiff_t i = 0; i < places; ++i)
    for (int c = 0; c < kPlanes; ++c) y[i * kPlanes + c] = x[c * places + i];
}

// Square blocks, so that the lines of neither side leave the first cache half used.
template <class T>
void by_blocks(const Swap& s, const T* x, T* y) {
  constexpr ptrdiff_t kBlock = 16;
  for (ptrdiff_t i = 0; i < s.places; i += kBlock)
    for (ptrdiff_t c = 0; c < s.planes; c += kBlock)
      for (ptrdiff_t row = i; row < std::min(i + kBlock, s.places); ++row)
        for (ptrdiff_t column = c; column < std::min(c + kBlock, s.planes); ++column)
          y[row * s.planes + column] = x[column * s.places + row];
}

// args: Swap; io->in[0] = x, io->out[0] = y, of elements T.
template <class T>
void swap_axes(const void* args, const pare_io* io) {
  const auto& s = *static_cast<const Swap*>(args);
  const auto* x = static_cast<const T*>(io->in[0]);
  auto* y = static_cast<T*>(io->out[0]);
  for (ptrdiff_t o = 0; o < s.outer; ++o, x += s.planes * s.places, y += s.planes * s.places) {
    switch (s.planes) {
      case 2:
        interleave<2>(x, s.places, y);
        break;
      case 3:
        interleave<3>(x, s.places, y);
        break;
      case 4:
        interleave<4>(x, s.places, y);
        break;
      default:
        by_blocks(s, x, y);
    }
  }
}

pare_kernel swap_for(int element_bytes) {
  switch (element_bytes) {
    case 2:
      return swap_axes<uint16_t>;
    case 4:
      return swap_axes<uint32_t>;
    default:
      return swap_axes<uint64_t>;
  }
}

}  // namespace

std::optional<Kernel> fast_transpose(const pare_gather_args& args, const Kernel& reference) {
  const std::optional<Swap> swap = swap_of(args);
  if (!swap) return std::nullopt;
  auto holder = std::make_shared<Holder<Swap>>();
  holder->args = *swap;
  return faster_form(reference, "transpose_fast", swap_for(args.element_bytes), holder);
}

}  // namespace pare
