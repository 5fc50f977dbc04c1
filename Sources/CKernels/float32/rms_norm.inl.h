// Root-mean-square normalisation: Zhang & Sennrich, arXiv 1910.07467.

#ifndef CK_RMS_NORM_H
#define CK_RMS_NORM_H

#include <math.h>

#include "matmul/dot.inl.h"
#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef struct rms_norm_job {
  float *result, *rstd;
  const float *x, *dy, *y;
  float epsilon;
  ptrdiff_t rows, columns;
} rms_norm_job;

static void rms_norm_chunk(void *context, ptrdiff_t chunk) {
  const rms_norm_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *x = job->x + r * columns;
    float rstd = 1 / sqrtf(dot_span(x, x, columns) / (float)columns + job->epsilon);
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      store_first(job->result + r * columns + c, load_first(x + c, lanes) * rstd, lanes);
    }
    job->rstd[r] = rstd;
  }
}

static void rms_norm(ck_pool *pool, void *y, void *rstd, const void *x, double epsilon, ptrdiff_t rows,
                     ptrdiff_t columns) {
  rms_norm_job job = {.result = y, .rstd = rstd, .x = x, .epsilon = (float)epsilon, .rows = rows, .columns = columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), rms_norm_chunk, &job);
}

/// dx = rstd·(dy − y · mean of dy ⊙ y)
static void rms_norm_backward_chunk(void *context, ptrdiff_t chunk) {
  const rms_norm_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *dy = job->dy + r * columns, *y = job->y + r * columns;
    float mean = dot_span(dy, y, columns) / (float)columns, rstd = job->rstd[r];
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      vec dx = rstd * (load_first(dy + c, lanes) - load_first(y + c, lanes) * mean);
      store_first(job->result + r * columns + c, dx, lanes);
    }
  }
}

static void rms_norm_backward(ck_pool *pool, void *dx, const void *dy, const void *y, const void *rstd, ptrdiff_t rows,
                              ptrdiff_t columns) {
  rms_norm_job job = {.result = dx, .rstd = (float *)rstd, .dy = dy, .y = y, .rows = rows, .columns = columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), rms_norm_backward_chunk, &job);
}

#endif
