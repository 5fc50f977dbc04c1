// Rotary position embedding: Su et al., arXiv 2104.09864.

#ifndef CK_ROTARY_H
#define CK_ROTARY_H

#include <string.h>

#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef struct rotary_job {
  float *y;
  const float *x, *cosines, *sines;
  const ck_rotary *shape;
} rotary_job;

/// One head of one token: (a, b) ↦ (a·cos − b·sin, b·cos + a·sin), a in the lower half and b in the upper.
CK_INLINE void rotate_head(float *y, const float *x, const float *cosine, const float *sine, float sign,
                           ptrdiff_t half) {
  for (ptrdiff_t i = 0; i < half; i += CK_LANES) {
    ptrdiff_t lanes = lanes_of(half - i);
    vec a = load_first(x + i, lanes), b = load_first(x + half + i, lanes);
    vec c = load_first(cosine + i, lanes), s = sign * load_first(sine + i, lanes);
    store_first(y + i, a * c - b * s, lanes);
    store_first(y + half + i, b * c + a * s, lanes);
  }
}

/// Where one token is in x and in y, and where its angles are.
typedef struct rotary_row {
  ptrdiff_t x, y, angles;
} rotary_row;

CK_INLINE rotary_row rotary_row_of(const ck_rotary *shape, ptrdiff_t r) {
  ptrdiff_t b = r / shape->sequence_length, t = r % shape->sequence_length;
  ptrdiff_t first_position = shape->first_positions != NULL ? shape->first_positions[b] : shape->first_position;
  ptrdiff_t y_row = shape->y_first_rows != NULL ? shape->y_first_rows[b] + t : t;
  return (rotary_row){
      .x = b * shape->x_batch_stride + t * shape->x_stride,
      .y = b * shape->y_batch_stride + y_row * shape->y_stride,
      .angles = (first_position + t) * (shape->head_width / 2),
  };
}

CK_INLINE ptrdiff_t rows_of_rotary_chunk(const ck_rotary *shape) {
  return rows_of_chunk(shape->heads * shape->head_width + shape->copied);
}

static void rotary_chunk(void *context, ptrdiff_t chunk) {
  const rotary_job *job = context;
  const ck_rotary *shape = job->shape;
  ptrdiff_t half = shape->head_width / 2, rotated = shape->heads * shape->head_width;
  span rows = span_of(chunk, rows_of_rotary_chunk(shape), shape->batch * shape->sequence_length);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    rotary_row row = rotary_row_of(shape, r);
    float *y = job->y + row.y;
    const float *x = job->x + row.x;
    for (ptrdiff_t head = 0; head < rotated; head += shape->head_width) {
      rotate_head(y + head, x + head, job->cosines + row.angles, job->sines + row.angles,
                  shape->inverse ? -1 : 1, half);
    }
    if (y != x) memcpy(y + rotated, x + rotated, sizeof(float) * (size_t)shape->copied);
  }
}

static void rotary(ck_pool *pool, void *y, const void *x, const void *cosines, const void *sines,
                   const ck_rotary *shape) {
  rotary_job job = {y, x, cosines, sines, shape};
  ptrdiff_t rows = shape->batch * shape->sequence_length;
  ck_pool_run(pool, chunks_of(rows, rows_of_rotary_chunk(shape)), rotary_chunk, &job);
}

#endif
