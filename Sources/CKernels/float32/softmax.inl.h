// Softmax and its logarithm over rows. A row that holds NaN or +∞ becomes NaN, as x − max x does.

#ifndef CK_SOFTMAX_H
#define CK_SOFTMAX_H

#include <math.h>

#include "matmul/dot.inl.h"
#include "reductions.inl.h"
#include "vectors/chunks.inl.h"
#include "vectors/exponential.inl.h"

/// y = exp(scale·x − shift); returns Σ y. y may alias x.
static float exponentials(float *y, const float *x, float scale, float shift, ptrdiff_t n) {
  vec sum = {};
  for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - c);
    vec value = exponential(scale * load_first(x + c, lanes) - shift);
    sum += fill_after(value, lanes, 0);
    store_first(y + c, value, lanes);
  }
  return sum_lanes(sum);
}

/// Σ exp(x − shift)
static float sum_exponentials(const float *x, float shift, ptrdiff_t n) {
  vec sum = {};
  for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - c);
    sum += fill_after(exponential(load_first(x + c, lanes) - shift), lanes, 0);
  }
  return sum_lanes(sum);
}

/// y = scale·x + shift; y may alias x.
static void scale_row(float *y, const float *x, float scale, float shift, ptrdiff_t n) {
  for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - c);
    store_first(y + c, scale * load_first(x + c, lanes) + shift, lanes);
  }
}

typedef struct rows_job {
  float *result;
  const float *x, *y;  // a kernel's inputs, in its own order
  ptrdiff_t rows, columns;
} rows_job;

static void run_rows(ck_pool *pool, void (*body)(void *, ptrdiff_t), rows_job job) {
  ck_pool_run(pool, chunks_of(job.rows, rows_of_chunk(job.columns)), body, &job);
}

// MARK: - Softmax

static void softmax_chunk(void *context, ptrdiff_t chunk) {
  const rows_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *x = job->x + r * columns;
    float *y = job->result + r * columns;
    float sum = exponentials(y, x, 1, max_span(x, columns), columns);
    scale_row(y, y, 1 / sum, 0, columns);
  }
}

static void softmax(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns) {
  run_rows(pool, softmax_chunk, (rows_job){.result = y, .x = x, .rows = rows, .columns = columns});
}

/// dx = y ⊙ (dy − Σ dy ⊙ y)
static void softmax_backward_chunk(void *context, ptrdiff_t chunk) {
  const rows_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *dy = job->x + r * columns, *y = job->y + r * columns;
    float dot = dot_span(dy, y, columns);
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      vec dx = load_first(y + c, lanes) * (load_first(dy + c, lanes) - dot);
      store_first(job->result + r * columns + c, dx, lanes);
    }
  }
}

static void softmax_backward(ck_pool *pool, void *dx, const void *dy, const void *y, ptrdiff_t rows,
                             ptrdiff_t columns) {
  run_rows(pool, softmax_backward_chunk, (rows_job){dx, dy, y, rows, columns});
}

// MARK: - Its logarithm

static void log_softmax_chunk(void *context, ptrdiff_t chunk) {
  const rows_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *x = job->x + r * columns;
    float max = max_span(x, columns);
    float log_sum = logf(sum_exponentials(x, max, columns));
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      store_first(job->result + r * columns + c, load_first(x + c, lanes) - max - log_sum, lanes);
    }
  }
}

static void log_softmax(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns) {
  run_rows(pool, log_softmax_chunk, (rows_job){.result = y, .x = x, .rows = rows, .columns = columns});
}

/// dx = dy − eʸ · Σ dy
static void log_softmax_backward_chunk(void *context, ptrdiff_t chunk) {
  const rows_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *dy = job->x + r * columns, *y = job->y + r * columns;
    float sum = sum_span(dy, columns);
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      vec dx = load_first(dy + c, lanes) - exponential(load_first(y + c, lanes)) * sum;
      store_first(job->result + r * columns + c, dx, lanes);
    }
  }
}

static void log_softmax_backward(ck_pool *pool, void *dx, const void *dy, const void *y, ptrdiff_t rows,
                                 ptrdiff_t columns) {
  run_rows(pool, log_softmax_backward_chunk, (rows_job){dx, dy, y, rows, columns});
}

#endif
