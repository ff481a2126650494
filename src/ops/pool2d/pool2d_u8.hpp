// Maximum pooling of uint8 codes, as QDQ models have it.
#pragma once

#include "io.h"

namespace pare {

/// Eq. 24 on uint8 [n, in_h, in_w, c]. args: pare_pool2d_s8_args, of which the limits are not read; io->in[0] = x,
/// io->out[0] = y.
void max_pool2d_u8(const void* args, const pare_io* io);

}  // namespace pare
