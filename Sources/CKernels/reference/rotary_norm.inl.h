// Rotary position embedding, and each rotated head divided by its root mean square, in float64.

#ifndef CK_REFERENCE_ROTARY_NORM_H
#define CK_REFERENCE_ROTARY_NORM_H

#include <math.h>

#include "real.h"
#include "rms_norm.inl.h"
#include "rotary.inl.h"

/// Where row t of sequence b begins in x, and in y.
static ptrdiff_t rotary_x_start(const ck_rotary *shape, ptrdiff_t b, ptrdiff_t t) {
  return b * shape->x_batch_stride + t * shape->x_stride;
}

static ptrdiff_t rotary_y_start(const ck_rotary *shape, ptrdiff_t b, ptrdiff_t t) {
  ptrdiff_t row = shape->y_first_rows != NULL ? shape->y_first_rows[b] + t : t;
  return b * shape->y_batch_stride + row * shape->y_stride;
}

static void rotary_norm(ck_pool *pool, void *result, void *rstds, const void *input, const void *cosines,
                        const void *sines, double epsilon, const ck_rotary *shape) {
  rotary(pool, result, input, cosines, sines, shape);
  for (ptrdiff_t b = 0; b < shape->batch; b++) {
    for (ptrdiff_t t = 0; t < shape->sequence_length; t++) {
      real *y = (real *)result + rotary_y_start(shape, b, t);
      for (ptrdiff_t head = 0; head < shape->heads; head++) {
        real rstd, *place = y + head * shape->head_width;
        rms_norm(pool, place, &rstd, place, epsilon, 1, shape->head_width);
        if (rstds != NULL) ((real *)rstds)[(b * shape->sequence_length + t) * shape->heads + head] = rstd;
      }
    }
  }
}

static void rotary_norm_backward(ck_pool *pool, void *dinput, const void *dresult, const void *result,
                                 const void *rstds, const void *cosines, const void *sines, const ck_rotary *shape) {
  ptrdiff_t half = shape->head_width / 2;
  ck_rotary back = *shape;
  back.inverse = !shape->inverse;
  for (ptrdiff_t b = 0; b < shape->batch; b++) {
    for (ptrdiff_t t = 0; t < shape->sequence_length; t++) {
      ptrdiff_t first = shape->first_positions != NULL ? shape->first_positions[b] : shape->first_position;
      real *dx = (real *)dinput + rotary_x_start(shape, b, t);
      const real *dy = (const real *)dresult + rotary_y_start(shape, b, t);
      const real *y = (const real *)result + rotary_y_start(shape, b, t);
      const real *rstd = (const real *)rstds + (b * shape->sequence_length + t) * shape->heads;
      ptrdiff_t rotated = shape->heads * shape->head_width;
      for (ptrdiff_t c = rotated; c < rotated + shape->copied; c++) dx[c] = dy[c];
      for (ptrdiff_t head = 0; head < shape->heads; head++) {
        ptrdiff_t place = head * shape->head_width;
        rms_norm_backward(pool, dx + place, dy + place, y + place, rstd + head, 1, shape->head_width);
      }
      back.copied = 0;
      rotate_row(dx, dx, (const real *)cosines + (first + t) * half, (const real *)sines + (first + t) * half, &back);
    }
  }
}

#endif
