// Copies between strided layouts, in float64.

#ifndef CK_REFERENCE_LAYOUT_H
#define CK_REFERENCE_LAYOUT_H

#include "real.h"

static void copy_axis(real *y, const ptrdiff_t *y_strides, const real *x, const ptrdiff_t *x_strides,
                      int rank, const ptrdiff_t *shape) {
  if (rank == 0) {
    *y = *x;
    return;
  }
  for (ptrdiff_t i = 0; i < shape[0]; i++) {
    copy_axis(y + i * y_strides[0], y_strides + 1, x + i * x_strides[0], x_strides + 1, rank - 1, shape + 1);
  }
}

static void copy_strided(ck_pool *pool, void *y, const ptrdiff_t *y_strides, const void *x,
                         const ptrdiff_t *x_strides, int rank, const ptrdiff_t *shape) {
  copy_axis(y, y_strides, x, x_strides, rank, shape);
}

#endif
