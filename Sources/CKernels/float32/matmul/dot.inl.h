// Products of a row with other rows, as they lie: for a token at a time, where packing would not pay.

#ifndef CK_MATMUL_DOT_H
#define CK_MATMUL_DOT_H

#include "../vectors/vector.inl.h"

enum { dots_at_once = 4 };  // sums side by side, so that an addition need not wait for the one before

static float dot_span(const float *a, const float *b, ptrdiff_t n) {
  vec sum = {};
  for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - c);
    sum += load_first(a + c, lanes) * load_first(b + c, lanes);
  }
  return sum_lanes(sum);
}

/// result[s] = Σ x ⊙ rows[s] for s < count, where each row of n elements starts `step` after the one before.
static void dot_rows(float *result, const float *x, const float *rows, ptrdiff_t stride, ptrdiff_t count,
                     ptrdiff_t n) {
  for (ptrdiff_t first = 0; first < count; first += dots_at_once) {
    ptrdiff_t left = count - first < dots_at_once ? count - first : dots_at_once;
    const float *row[dots_at_once];
    vec sum[dots_at_once];
    for (ptrdiff_t s = 0; s < dots_at_once; s++) {
      row[s] = rows + (first + (s < left ? s : left - 1)) * stride;
      sum[s] = (vec){};
    }
    for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(n - c);
      vec value = load_first(x + c, lanes);
      for (int s = 0; s < dots_at_once; s++) sum[s] += value * load_first(row[s] + c, lanes);
    }
    for (ptrdiff_t s = 0; s < dots_at_once; s++) {
      float dot = sum_lanes(sum[s]);
      if (s < left) result[first + s] = dot;
    }
  }
}

/// y = Σ weights[r] · rows[r], n elements wide.
static void weigh_rows(float *y, const float *weights, const float *rows, ptrdiff_t stride, ptrdiff_t count,
                       ptrdiff_t n) {
  for (ptrdiff_t first = 0; first < n; first += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - first), r = 0;
    vec sum[dots_at_once] = {};
    for (; r + dots_at_once <= count; r += dots_at_once) {
      for (int s = 0; s < dots_at_once; s++) {
        sum[s] += weights[r + s] * load_first(rows + (r + s) * stride + first, lanes);
      }
    }
    for (; r < count; r++) sum[0] += weights[r] * load_first(rows + r * stride + first, lanes);
    store_first(y + first, (sum[0] + sum[1]) + (sum[2] + sum[3]), lanes);
  }
}

#endif
