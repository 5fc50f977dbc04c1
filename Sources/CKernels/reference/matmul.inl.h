// The matrix product, in float64.

#ifndef CK_REFERENCE_MATMUL_H
#define CK_REFERENCE_MATMUL_H

#include "real.h"

static void matmul(ck_pool *pool, void *product, const void *left, const void *right, const void *bias,
                   const ck_matmul *shape) {
  // Steps from one element of op(A)[i, p] and op(B)[p, j] to the next along each index.
  ptrdiff_t a_i = shape->transpose_a ? 1 : shape->lda, a_p = shape->transpose_a ? shape->lda : 1;
  ptrdiff_t b_p = shape->transpose_b ? 1 : shape->ldb, b_j = shape->transpose_b ? shape->ldb : 1;
  for (ptrdiff_t item = 0; item < shape->batch; item++) {
    real *c = (real *)product + item * shape->stride_c;
    const real *a = (const real *)left + item * shape->stride_a;
    const real *b = (const real *)right + item * shape->stride_b;
    for (ptrdiff_t i = 0; i < shape->m; i++) {
      for (ptrdiff_t j = 0; j < shape->n; j++) {
        double sum = 0;
        for (ptrdiff_t p = 0; p < shape->k; p++) sum += a[i * a_i + p * a_p] * b[p * b_p + j * b_j];
        if (bias != NULL) sum += ((const real *)bias)[j];
        c[i * shape->ldc + j] = shape->accumulate ? c[i * shape->ldc + j] + sum : sum;
      }
    }
    if (!shape->symmetric) continue;
    for (ptrdiff_t i = 0; i < shape->m; i++) {
      for (ptrdiff_t j = i + 1; j < shape->n; j++) c[i * shape->ldc + j] = c[j * shape->ldc + i];
    }
  }
}

#endif
