// Dropout, in float64.

#ifndef CK_REFERENCE_DROPOUT_H
#define CK_REFERENCE_DROPOUT_H

#include "real.h"

static void dropout(ck_pool *pool, void *result, const void *input, double p, cr_key key,
                    ptrdiff_t n) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t e = 0; e < n; e++) {
    cr_block counter = {{(uint32_t)(e / 4), (uint32_t)((uint64_t)(e / 4) >> 32), 0, 0}};
    bool kept = cr_philox(key, counter).word[e % 4] >= ck_dropout_threshold(p);
    y[e] = kept ? x[e] / (1 - p) : 0;
  }
}

#endif
