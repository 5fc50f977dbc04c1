// Softmax and its logarithm over rows, in float64.

#ifndef CK_REFERENCE_SOFTMAX_H
#define CK_REFERENCE_SOFTMAX_H

#include <math.h>

#include "real.h"
#include "reductions.inl.h"

/// log Σ exp(x): the largest is taken out first, so that nothing overflows.
static double log_sum_exp(const real *x, ptrdiff_t n) {
  double max = largest(x, n), sum = 0;
  for (ptrdiff_t e = 0; e < n; e++) sum += exp(x[e] - max);
  return max + log(sum);
}

static void softmax(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *y = (real *)result + r * columns;
    const real *x = (const real *)input + r * columns;
    double max = largest(x, columns), sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += exp(x[c] - max);
    for (ptrdiff_t c = 0; c < columns; c++) y[c] = exp(x[c] - max) / sum;
  }
}

static void softmax_backward(ck_pool *pool, void *dinput, const void *dresult, const void *result,
                             ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *dx = (real *)dinput + r * columns;
    const real *dy = (const real *)dresult + r * columns, *y = (const real *)result + r * columns;
    double dot = 0;
    for (ptrdiff_t c = 0; c < columns; c++) dot += dy[c] * y[c];
    for (ptrdiff_t c = 0; c < columns; c++) dx[c] = y[c] * (dy[c] - dot);
  }
}

static void log_softmax(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *y = (real *)result + r * columns;
    const real *x = (const real *)input + r * columns;
    double total = log_sum_exp(x, columns);
    for (ptrdiff_t c = 0; c < columns; c++) y[c] = x[c] - total;
  }
}

static void log_softmax_backward(ck_pool *pool, void *dinput, const void *dresult, const void *result,
                                 ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *dx = (real *)dinput + r * columns;
    const real *dy = (const real *)dresult + r * columns, *y = (const real *)result + r * columns;
    double sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += dy[c];
    for (ptrdiff_t c = 0; c < columns; c++) dx[c] = dy[c] - exp(y[c]) * sum;
  }
}

#endif
