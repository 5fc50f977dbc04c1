// Root-mean-square normalisation, in float64.

#ifndef CK_REFERENCE_RMS_NORM_H
#define CK_REFERENCE_RMS_NORM_H

#include <math.h>

#include "real.h"

static void rms_norm(ck_pool *pool, void *result, void *rstds, const void *input, double epsilon, ptrdiff_t rows,
                     ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const real *x = (const real *)input + r * columns;
    real *y = (real *)result + r * columns;
    double mean_square = 0;
    for (ptrdiff_t c = 0; c < columns; c++) mean_square += x[c] * x[c] / columns;
    double rstd = 1 / sqrt(mean_square + epsilon);
    for (ptrdiff_t c = 0; c < columns; c++) y[c] = x[c] * rstd;
    ((real *)rstds)[r] = rstd;
  }
}

static void rms_norm_backward(ck_pool *pool, void *dinput, const void *dresult, const void *result, const void *rstds,
                              ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *dx = (real *)dinput + r * columns;
    const real *dy = (const real *)dresult + r * columns, *y = (const real *)result + r * columns;
    double mean = 0;
    for (ptrdiff_t c = 0; c < columns; c++) mean += dy[c] * y[c] / columns;
    for (ptrdiff_t c = 0; c < columns; c++) dx[c] = ((const real *)rstds)[r] * (dy[c] - y[c] * mean);
  }
}

#endif
