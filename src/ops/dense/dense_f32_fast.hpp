// Float dense layer on vector units.
#pragma once

#include "ops/dense/dense_f32.hpp"
#include "ops/tile_f32.hpp"

namespace pare {

/// Arguments of Eq. 22 as dense_f32's, but weights from pack_blocks, for one row also from join_long_blocks, and bias
/// from pack_bias.
struct DenseF32FastArgs {
  DenseF32Args dense;
  TileLoop tiles;
};

/// args: DenseF32FastArgs; io->in[0] = x, io->out[0] = y. Sums in float32.
void dense_f32_fast(const void* args, const pare_io* io);

}  // namespace pare
