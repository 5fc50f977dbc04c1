// Cross-entropy of logits, in float64.

#ifndef CK_REFERENCE_CROSS_ENTROPY_H
#define CK_REFERENCE_CROSS_ENTROPY_H

#include <math.h>

#include "real.h"
#include "softmax.inl.h"

static void cross_entropy(ck_pool *pool, void *losses, void *dlogits, const void *logits,
                          const int32_t *targets, double scale, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const real *x = (const real *)logits + r * columns;
    int32_t target = targets[r];
    double total = log_sum_exp(x, columns);
    ((real *)losses)[r] = target < 0 ? 0 : total - x[target];
    if (dlogits == NULL) continue;
    real *dx = (real *)dlogits + r * columns;
    for (ptrdiff_t c = 0; c < columns; c++) {
      dx[c] = target < 0 ? 0 : scale * (exp(x[c] - total) - (c == target ? 1 : 0));
    }
  }
}

#endif
