// int8 depthwise convolution on vector units.
#pragma once

#include <optional>

#include "ops/depthwise_conv2d/depthwise_conv2d_s8.h"
#include "ops/requantize_fast.hpp"
#include "pare/op.hpp"

namespace pare {

/// The kernel that computes what pare_depthwise_conv2d_s8 does with `conv`, bit for bit, on `isa`; `reference` is the
/// kernel for `conv`, whose C form the result keeps. Copies what `conv` points to. Null if `isa` has no such kernel, or
/// it would not be exact (see pack_requantize).
std::optional<Kernel> fast_depthwise_conv2d_s8(const pare_depthwise_conv2d_s8_args& conv, Isa isa,
                                               const Kernel& reference);

/// One or two output rows of a multiplier of 1. A unit is what four vectors of accumulators hold; its channels stand in
/// the order in which unpacked inputs come.
struct DepthwiseS8Rows {
  int in_c, out_w;
  int kernel_w;
  ptrdiff_t tap, pixel;  ///< elements from a tap and from an output pixel to the next
  int groups;            ///< of kernel rows that share a 32-bit lane
  int sets;              ///< of weights: unit number u takes set u % sets
  bool two;              ///< two rows at a time: each weight stands twice, the second time a kernel row later
  bool narrow;           ///< stride 2 with several pixels a unit: the even pixels of two units are read
  ptrdiff_t stream;      ///< bytes of a stream (depthwise_conv2d_s8_streams.inc) if inputs are interleaved once; else 0
  const ptrdiff_t* in_streams;  ///< [kernel_w, 4] where a tap of an accumulator vector lies in the streams of a group
  const int8_t* weights;        ///< [sets, groups, kernel_w, one or two rows, 4, vector]
  const int32_t* bias;          ///< [sets, 4, vector]
  RequantizeVectors requantize;
  int8_t flip_out;  ///< Kernel::flip_out, of streams and of images
};

/// rows: [groups * inputs of a lane] rows of Elements (simd_s8.inc) as window_rows.hpp gives them; rows outside the
/// image and beyond the kernel hold zeros. streams: room for 4 streams a group. y: the first output row; `second`: the
/// next, or null.
using DepthwiseS8Loop = void (*)(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y,
                                 int8_t* second);
void depthwise_s8_avx2(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y, int8_t* second);
void depthwise_s8_avxvnni(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y,
                          int8_t* second);
void depthwise_s8_avx512vnni(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y,
                             int8_t* second);
void depthwise_s8_neon(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y, int8_t* second);
void depthwise_s8_dotprod(const DepthwiseS8Rows& a, const void* const* rows, int8_t* streams, int8_t* y,
                          int8_t* second);

/// A 3 x 3 or 5 x 5 convolution that reads its inputs where they lie (depthwise_conv2d_s8_direct.inc).
struct DepthwiseS8Image {
  const pare_depthwise_conv2d_s8_args* conv;  ///< the geometry
  const DepthwiseS8Rows* rows;                ///< bias, requantization and weights, [sets, steps, 4, vector]
  int steps;
  int strip;              ///< output rows at a time, an even number
  const int8_t* outside;  ///< an input row of the zero point
};

/// Is a row of 3 x 3 with stride 2 computed from its right end? Without padding, pixels of 8, 16 or 32 channels that are
/// loaded together then are the first and the middle one of a window, not the middle and the last.
inline bool from_right(const pare_depthwise_conv2d_s8_args& c) {
  return c.stride_w == 2 && c.pad_left == 0 && c.in_c < 64 && 64 % c.in_c == 0;
}

/// One sample. parked: 3 x 3: 128 bytes for each unit of two output rows of a strip and, with stride 1, 128 for each
/// block of 64 channels of an output row's pixels and two more; 5 x 5: 192 for each pixel of an
/// output row, and 512 (stride 1) or 1536 for each of these and of four (two) more.
using DepthwiseS8ImageLoop = void (*)(const DepthwiseS8Image& a, const int8_t* x, int8_t* y, int8_t* parked);
void depthwise_s8_image_avx512vnni(const DepthwiseS8Image& a, const int8_t* x, int8_t* y, int8_t* parked);

}  // namespace pare
