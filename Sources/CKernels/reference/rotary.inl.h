// Rotary position embedding, in float64.

#ifndef CK_REFERENCE_ROTARY_H
#define CK_REFERENCE_ROTARY_H

#include "real.h"

static void rotate_row(real *y, const real *x, const real *cosine, const real *sine, const ck_rotary *shape) {
  ptrdiff_t half = shape->head_width / 2, rotated = shape->heads * shape->head_width;
  for (ptrdiff_t head = 0; head < rotated; head += shape->head_width) {
    for (ptrdiff_t i = 0; i < half; i++) {
      double a = x[head + i], b = x[head + i + half];
      double s = shape->inverse ? -sine[i] : sine[i];
      y[head + i] = a * cosine[i] - b * s;
      y[head + i + half] = b * cosine[i] + a * s;
    }
  }
  for (ptrdiff_t c = rotated; c < rotated + shape->copied; c++) y[c] = x[c];
}

static void rotary(ck_pool *pool, void *result, const void *input, const void *cosines, const void *sines,
                   const ck_rotary *shape) {
  ptrdiff_t half = shape->head_width / 2;
  for (ptrdiff_t b = 0; b < shape->batch; b++) {
    for (ptrdiff_t t = 0; t < shape->sequence_length; t++) {
      ptrdiff_t first = shape->first_positions != NULL ? shape->first_positions[b] : shape->first_position;
      const real *x = (const real *)input + b * shape->x_batch_stride + t * shape->x_stride;
      ptrdiff_t y_row = shape->y_first_rows != NULL ? shape->y_first_rows[b] + t : t;
      real *y = (real *)result + b * shape->y_batch_stride + y_row * shape->y_stride;
      rotate_row(y, x, (const real *)cosines + (first + t) * half, (const real *)sines + (first + t) * half, shape);
    }
  }
}

#endif
