// Rows of a table by their ids, in float64.

#ifndef CK_REFERENCE_EMBEDDING_H
#define CK_REFERENCE_EMBEDDING_H

#include "real.h"

static void embedding(ck_pool *pool, void *result, const void *table, const int32_t *ids, ptrdiff_t count,
                      ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < count; i++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      ((real *)result)[i * width + c] = ((const real *)table)[ids[i] * width + c];
    }
  }
}

static void embedding_backward(ck_pool *pool, void *dtable, const void *dresult, const int32_t *ids,
                               ptrdiff_t count, ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < count; i++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      ((real *)dtable)[ids[i] * width + c] += ((const real *)dresult)[i * width + c];
    }
  }
}

#endif
