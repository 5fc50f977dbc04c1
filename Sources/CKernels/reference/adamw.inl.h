// One step of AdamW, in float64.

#ifndef CK_REFERENCE_ADAMW_H
#define CK_REFERENCE_ADAMW_H

#include <math.h>

#include "real.h"

static void adamw(ck_pool *pool, void *weights, void *first_moments, void *second_moments,
                  const void *gradients, const ck_adamw *step, ptrdiff_t n) {
  real *w = weights, *m = first_moments, *v = second_moments;
  for (ptrdiff_t e = 0; e < n; e++) {
    double g = step->gradient_scale * ((const real *)gradients)[e];
    w[e] -= step->rate * step->decay * w[e];
    m[e] += (1 - step->beta1) * (g - m[e]);
    v[e] = step->beta2 * v[e] + (1 - step->beta2) * g * g;
    w[e] -= step->rate * (m[e] / step->correction1) / (sqrt(v[e] / step->correction2) + step->epsilon);
  }
}

#endif
