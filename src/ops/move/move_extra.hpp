// Moves that the C kernels do not do: padding with any element, concatenation of constants.
#pragma once

#include <cstddef>
#include <vector>

#include "ops/move/move_s8.h"
#include "pare/tensor.hpp"

namespace pare {

/// As pare_pad, but the new elements hold the bytes at `element`; pad.fill is not read.
struct PadValueArgs {
  pare_pad_args pad;
  const std::byte* element;
};
struct PadValueHolder {
  PadValueArgs args{};
  std::vector<std::byte> element;
};
/// args: PadValueArgs; io->in[0] = x, io->out[0] = y.
void pad_value(const void* args, const pare_io* io);

/// As pare_concat, but operand k is constants[k], or the next run-time operand where that is null.
struct ConcatConstantsArgs {
  pare_concat_args concat;
  const void* const* constants;
};
struct ConcatHolder {
  pare_concat_args args{};
  ConcatConstantsArgs with_constants{};
  std::vector<int32_t> row_bytes;
  std::vector<const void*> constants;
  std::vector<Tensor> tensors;
};
/// args: ConcatConstantsArgs; io->in = the operands that are no constants, io->out[0] = y.
void concat_with_constants(const void* args, const pare_io* io);

}  // namespace pare
