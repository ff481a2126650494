// Float mean over axes.
#pragma once

#include <cstdint>

#include "io.h"

namespace pare {

inline constexpr int kMeanRank = 8;

/// Eq. 25: some axes of x are kept, in their order, and the others are averaged. Each axis is (extent, stride in x).
struct MeanF32Args {
  struct Axes {
    int rank;
    int64_t extent[kMeanRank], stride[kMeanRank];
  };
  Axes kept, reduced;
};

/// args: MeanF32Args; io->in[0] = x, io->out[0] = y. Sums in double.
void mean_f32(const void* args, const pare_io* io);

}  // namespace pare
