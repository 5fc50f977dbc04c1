// Sums and maxima of rows, sums of columns, in float64.

#ifndef CK_REFERENCE_REDUCTIONS_H
#define CK_REFERENCE_REDUCTIONS_H

#include <math.h>

#include "real.h"

static void sum_rows(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t r = 0; r < rows; r++) {
    double sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += x[r * columns + c];
    y[r] = sum;
  }
}

/// NaN where there is one, −∞ where there is nothing.
static double largest(const real *x, ptrdiff_t n) {
  double max = -INFINITY;
  for (ptrdiff_t e = 0; e < n; e++) {
    if (x[e] > max || isnan(x[e])) max = x[e];
  }
  return max;
}

static void max_rows(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t r = 0; r < rows; r++) y[r] = largest(x + r * columns, columns);
}

static void sum_columns(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t c = 0; c < columns; c++) {
    double sum = 0;
    for (ptrdiff_t r = 0; r < rows; r++) sum += x[r * columns + c];
    y[c] = sum;
  }
}

static double sum_squares(ck_pool *pool, const void *input, ptrdiff_t n) {
  const real *x = input;
  double sum = 0;
  for (ptrdiff_t e = 0; e < n; e++) sum += (double)x[e] * x[e];
  return sum;
}

#endif
