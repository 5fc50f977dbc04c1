// Rotary position embedding, and each rotated head divided by its root mean square (Henry et al., arXiv 2010.04245).
//
// A rotation keeps the root mean square, so that it is taken of x, and what comes out is written once.

#ifndef CK_ROTARY_NORM_H
#define CK_ROTARY_NORM_H

#include <math.h>

#include "matmul/dot.inl.h"
#include "rotary.inl.h"

typedef struct rotary_norm_job {
  float *result, *rstd;
  const float *x, *dy, *y, *cosines, *sines;
  float epsilon;
  const ck_rotary *shape;
} rotary_norm_job;

/// One head of one token: scale·rotation(x); see `rotate_head`.
CK_INLINE void rotate_scaled_head(float *y, const float *x, const float *cosine, const float *sine, float sign,
                                  float scale, ptrdiff_t half) {
  for (ptrdiff_t i = 0; i < half; i += CK_LANES) {
    ptrdiff_t lanes = lanes_of(half - i);
    vec a = scale * load_first(x + i, lanes), b = scale * load_first(x + half + i, lanes);
    vec c = load_first(cosine + i, lanes), s = sign * load_first(sine + i, lanes);
    store_first(y + i, a * c - b * s, lanes);
    store_first(y + half + i, b * c + a * s, lanes);
  }
}

static void rotary_norm_chunk(void *context, ptrdiff_t chunk) {
  const rotary_norm_job *job = context;
  const ck_rotary *shape = job->shape;
  ptrdiff_t width = shape->head_width, rotated = shape->heads * width;
  span rows = span_of(chunk, rows_of_rotary_chunk(shape), shape->batch * shape->sequence_length);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    rotary_row row = rotary_row_of(shape, r);
    float *y = job->result + row.y;
    const float *x = job->x + row.x;
    for (ptrdiff_t head = 0; head < shape->heads; head++) {
      const float *from = x + head * width;
      float rstd = 1 / sqrtf(dot_span(from, from, width) / (float)width + job->epsilon);
      rotate_scaled_head(y + head * width, from, job->cosines + row.angles, job->sines + row.angles,
                         shape->inverse ? -1 : 1, rstd, width / 2);
      if (job->rstd != NULL) job->rstd[r * shape->heads + head] = rstd;
    }
    if (y != x) memcpy(y + rotated, x + rotated, sizeof(float) * (size_t)shape->copied);
  }
}

static void rotary_norm(ck_pool *pool, void *y, void *rstd, const void *x, const void *cosines, const void *sines,
                        double epsilon, const ck_rotary *shape) {
  rotary_norm_job job = {.result = y, .rstd = rstd, .x = x, .cosines = cosines, .sines = sines,
                         .epsilon = (float)epsilon, .shape = shape};
  ptrdiff_t rows = shape->batch * shape->sequence_length;
  ck_pool_run(pool, chunks_of(rows, rows_of_rotary_chunk(shape)), rotary_norm_chunk, &job);
}

// MARK: - Backward

/// One head of one token: dx = rotation back of rstd·(dy − y · mean of dy ⊙ y).
CK_INLINE void rotary_norm_head_backward(float *dx, const float *dy, const float *y, const float *cosine,
                                         const float *sine, float sign, float rstd, ptrdiff_t half) {
  float mean = dot_span(dy, y, 2 * half) / (float)(2 * half);
  for (ptrdiff_t i = 0; i < half; i += CK_LANES) {
    ptrdiff_t lanes = lanes_of(half - i);
    vec a = rstd * (load_first(dy + i, lanes) - mean * load_first(y + i, lanes));
    vec b = rstd * (load_first(dy + half + i, lanes) - mean * load_first(y + half + i, lanes));
    vec c = load_first(cosine + i, lanes), s = sign * load_first(sine + i, lanes);
    store_first(dx + i, a * c + b * s, lanes);
    store_first(dx + half + i, b * c - a * s, lanes);
  }
}

static void rotary_norm_backward_chunk(void *context, ptrdiff_t chunk) {
  const rotary_norm_job *job = context;
  const ck_rotary *shape = job->shape;
  ptrdiff_t width = shape->head_width, rotated = shape->heads * width;
  span rows = span_of(chunk, rows_of_rotary_chunk(shape), shape->batch * shape->sequence_length);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    rotary_row row = rotary_row_of(shape, r);
    float *dx = job->result + row.x;
    const float *dy = job->dy + row.y, *y = job->y + row.y;
    for (ptrdiff_t head = 0; head < shape->heads; head++) {
      ptrdiff_t place = head * width;
      rotary_norm_head_backward(dx + place, dy + place, y + place, job->cosines + row.angles,
                                job->sines + row.angles, shape->inverse ? -1 : 1,
                                job->rstd[r * shape->heads + head], width / 2);
    }
    if (dx != dy) memcpy(dx + rotated, dy + rotated, sizeof(float) * (size_t)shape->copied);
  }
}

static void rotary_norm_backward(ck_pool *pool, void *dx, const void *dy, const void *y, const void *rstd,
                                 const void *cosines, const void *sines, const ck_rotary *shape) {
  rotary_norm_job job = {.result = dx, .rstd = (float *)rstd, .dy = dy, .y = y, .cosines = cosines, .sines = sines,
                         .shape = shape};
  ptrdiff_t rows = shape->batch * shape->sequence_length;
  ck_pool_run(pool, chunks_of(rows, rows_of_rotary_chunk(shape)), rotary_norm_backward_chunk, &job);
}

#endif
