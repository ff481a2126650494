/* The integers of a mean from scales and axes; runs when a network is prepared. C99. */
#ifndef PARE_OPS_MEAN_S8_PREPARE_H
#define PARE_OPS_MEAN_S8_PREPARE_H

#include "mean_s8.h"
#include "multiplier.h"

/* x's shape, and for each axis whether it is reduced (not 0) or kept (0). */
typedef struct {
  int32_t rank;
  const int32_t* shape;
  const int32_t* reduced;
} pare_mean_axes;

/* Fills `args` by Eq. 25b under `litert`, else by Eq. 25a. Returns 0 if kept and reduced axes alternate too often for
 * the struct (never for rank <= 5). */
PARE_C int pare_prepare_mean(pare_mean_s8_args* args, int32_t arithmetic, const pare_mean_axes* axes,
                             const pare_affine* x, const pare_affine* y);

#endif
