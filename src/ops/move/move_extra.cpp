#include "ops/move/move_extra.hpp"

#include <cstdint>
#include <cstring>

namespace pare {
namespace {

struct Cursor {
  const std::byte* x;
  std::byte* y;
};

void put(Cursor& at, const std::byte* from, int64_t bytes) {
  std::memcpy(at.y, from, static_cast<size_t>(bytes));
  at.y += bytes;
}

// Bytes of y below one step along axis `axis`.
int64_t bytes_below(const pare_pad_args& a, int axis) {
  int64_t bytes = a.element_bytes;
  for (int k = axis + 1; k < 6; ++k) bytes *= a.out_extent[k];
  return bytes;
}

void fill(const PadValueArgs& a, int64_t bytes, Cursor& at) {
  for (const std::byte* end = at.y + bytes; at.y < end;) put(at, a.element, a.pad.element_bytes);
}

// The part of y at and below axis `axis`, in order: new elements, old ones, new ones.
void pad_axis(const PadValueArgs& a, int axis, Cursor& at) {
  const pare_pad_args& p = a.pad;
  const int64_t step = bytes_below(p, axis);
  fill(a, p.before[axis] * step, at);
  if (axis == 5) {
    put(at, at.x, p.in_extent[5] * step);
    at.x += p.in_extent[5] * step;
  } else {
    for (int i = 0; i < p.in_extent[axis]; ++i) pad_axis(a, axis + 1, at);
  }
  fill(a, (p.out_extent[axis] - p.before[axis] - p.in_extent[axis]) * step, at);
}

}  // namespace

void pad_value(const void* args, const pare_io* io) {
  Cursor at{static_cast<const std::byte*>(io->in[0]), static_cast<std::byte*>(io->out[0])};
  pad_axis(*static_cast<const PadValueArgs*>(args), 0, at);
}

void concat_with_constants(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const ConcatConstantsArgs*>(args);
  auto* y = static_cast<std::byte*>(io->out[0]);
  for (int64_t row = 0; row < a.concat.outer; ++row) {
    const void* const* next = io->in;
    for (int k = 0; k < a.concat.count; ++k) {
      const void* x = a.constants[k] ? a.constants[k] : *next++;
      std::memcpy(y, static_cast<const std::byte*>(x) + row * a.concat.row_bytes[k], static_cast<size_t>(a.concat.row_bytes[k]));
      y += a.concat.row_bytes[k];
    }
  }
}

}  // namespace pare
