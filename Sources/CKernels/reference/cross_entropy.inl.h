// Cross-entropy of logits, in float64.

#ifndef CK_REFERENCE_CROSS_ENTROPY_H
#define CK_REFERENCE_CROSS_ENTROPY_H

#include <math.h>

#include "real.h"
#include "reductions.inl.h"

/// A logit as the softmax sees it.
static double capped(double x, double cap) { return cap > 0 ? cap * tanh(x / cap) : x; }

/// Its derivative.
static double capped_slope(double x, double cap) {
  double t = cap > 0 ? tanh(x / cap) : 0;
  return 1 - t * t;
}

/// log Σ exp over a row: the largest, which stays the largest when capped, is taken out first.
static double capped_log_sum_exp(const real *x, double cap, ptrdiff_t n) {
  double max = capped(largest(x, n), cap), sum = 0;
  for (ptrdiff_t e = 0; e < n; e++) sum += exp(capped(x[e], cap) - max);
  return max + log(sum);
}

static void cross_entropy(ck_pool *pool, void *losses, void *dlogits, const void *logits, const int32_t *targets,
                          const void *soft_targets, double soft_weight, double scale, double cap, ptrdiff_t rows,
                          ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const real *x = (const real *)logits + r * columns;
    const real *soft = soft_targets == NULL ? NULL : (const real *)soft_targets + r * columns;
    int32_t target = targets[r];
    double total = capped_log_sum_exp(x, cap, columns), loss = 0;
    for (ptrdiff_t c = 0; c < columns; c++) {
      double token = c == target ? 1 : 0;
      double wanted = soft == NULL ? token : (1 - soft_weight) * token + soft_weight * soft[c];
      double log_probability = capped(x[c], cap) - total;
      loss -= wanted == 0 ? 0 : wanted * log_probability;
      double gradient = scale * (exp(log_probability) - wanted);
      if (dlogits != NULL) ((real *)dlogits)[r * columns + c] = target < 0 ? 0 : gradient * capped_slope(x[c], cap);
    }
    ((real *)losses)[r] = target < 0 ? 0 : loss;
  }
}

#endif
