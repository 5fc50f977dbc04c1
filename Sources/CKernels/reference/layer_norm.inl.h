// Layer normalisation, in float64.

#ifndef CK_REFERENCE_LAYER_NORM_H
#define CK_REFERENCE_LAYER_NORM_H

#include <math.h>

#include "real.h"

static void layer_norm(ck_pool *pool, void *result, void *means, void *rstds, const void *input,
                       const void *gains, const void *biases, double epsilon, ptrdiff_t rows,
                       ptrdiff_t columns) {
  const real *gain = gains, *bias = biases;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const real *x = (const real *)input + r * columns;
    real *y = (real *)result + r * columns;
    double mean = 0, variance = 0;
    for (ptrdiff_t c = 0; c < columns; c++) mean += x[c] / columns;
    for (ptrdiff_t c = 0; c < columns; c++) variance += (x[c] - mean) * (x[c] - mean) / columns;
    double rstd = 1 / sqrt(variance + epsilon);
    for (ptrdiff_t c = 0; c < columns; c++) y[c] = gain[c] * (x[c] - mean) * rstd + bias[c];
    ((real *)means)[r] = mean;
    ((real *)rstds)[r] = rstd;
  }
}

static void layer_norm_backward(ck_pool *pool, void *dinput, void *dgains, void *dbiases, const void *dresult,
                                const void *input, const void *gains, const void *means, const void *rstds,
                                ptrdiff_t rows, ptrdiff_t columns) {
  real *dgain = dgains, *dbias = dbiases;
  const real *gain = gains;
  for (ptrdiff_t c = 0; c < columns; c++) dgain[c] = dbias[c] = 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    real *dx = (real *)dinput + r * columns;
    const real *dy = (const real *)dresult + r * columns, *x = (const real *)input + r * columns;
    double mean = ((const real *)means)[r], rstd = ((const real *)rstds)[r];
    // With x̂ = (x − mean)·rstd and ĝ = gain ⊙ dy: dx = rstd·(ĝ − mean of ĝ − x̂ · mean of ĝ ⊙ x̂).
    double mean_g = 0, mean_gx = 0;
    for (ptrdiff_t c = 0; c < columns; c++) {
      double normed = (x[c] - mean) * rstd;
      mean_g += gain[c] * dy[c] / columns;
      mean_gx += gain[c] * dy[c] * normed / columns;
      dgain[c] += dy[c] * normed;
      dbias[c] += dy[c];
    }
    for (ptrdiff_t c = 0; c < columns; c++) {
      dx[c] = rstd * (gain[c] * dy[c] - mean_g - (x[c] - mean) * rstd * mean_gx);
    }
  }
}

#endif
