// Sums and maxima of rows, sums of columns.

#ifndef CK_REDUCTIONS_H
#define CK_REDUCTIONS_H

#include <math.h>

#include "../memory/scratch.h"
#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

enum {
  // A row is summed in pieces of this many, each in float, and the pieces in double.
  piece_elements = 2 * chunk_elements,
  sums_at_once = 4,  // so that an addition need not wait for the one before
};

typedef enum row_fold { row_fold_sum, row_fold_max, row_fold_sum_squares } row_fold;

CK_INLINE vec fold_vectors(const row_fold fold, vec total, vec x) {
  return fold == row_fold_max ? larger(total, x) : total + x;
}

CK_INLINE float fold_span(const row_fold fold, const float *x, ptrdiff_t n) {
  float nothing = fold == row_fold_max ? -INFINITY : 0;
  vec total[sums_at_once];
  for (int t = 0; t < sums_at_once; t++) total[t] = splat(nothing);
  ptrdiff_t e = 0;
  for (; e + sums_at_once * CK_LANES <= n; e += sums_at_once * CK_LANES) {
    for (int t = 0; t < sums_at_once; t++) {
      total[t] = fold_vectors(fold, total[t], load(x + e + t * CK_LANES));
    }
  }
  for (; e < n; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - e);
    total[0] = fold_vectors(fold, total[0], fill_after(load_first(x + e, lanes), lanes, nothing));
  }
  for (int t = 1; t < sums_at_once; t++) {
    total[0] = fold == row_fold_max ? larger(total[0], total[t]) : total[0] + total[t];
  }
  return fold == row_fold_max ? largest_lane(total[0]) : sum_lanes(total[0]);
}

static float sum_span(const float *x, ptrdiff_t n) { return fold_span(row_fold_sum, x, n); }
static float max_span(const float *x, ptrdiff_t n) { return fold_span(row_fold_max, x, n); }

/// Σ x² in double, for norms that are compared and logged.
static double sum_squares_span(const float *x, ptrdiff_t n) {
  enum { at_once = 16 };
  double total[at_once] = {0};
  ptrdiff_t e = 0;
  for (; e + at_once <= n; e += at_once) {
    for (int t = 0; t < at_once; t++) total[t] += (double)x[e + t] * x[e + t];
  }
  for (; e < n; e++) total[0] += (double)x[e] * x[e];
  for (int half = at_once / 2; half > 0; half /= 2) {
    for (int t = 0; t < half; t++) total[t] += total[t + half];
  }
  return total[0];
}

// MARK: - Rows

typedef struct fold_job {
  row_fold fold;
  const float *x;
  double *partials;  // [rows, pieces]
  ptrdiff_t rows, columns, pieces, units_of_chunk;
} fold_job;

static void fold_chunk(void *context, ptrdiff_t chunk) {
  const fold_job *job = context;
  span units = span_of(chunk, job->units_of_chunk, job->rows * job->pieces);
  for (ptrdiff_t unit = units.start; unit < units.end; unit++) {
    span part = even_span_of(unit % job->pieces, job->pieces, job->columns);
    const float *x = job->x + unit / job->pieces * job->columns + part.start;
    ptrdiff_t n = part.end - part.start;
    switch (job->fold) {
      case row_fold_sum: job->partials[unit] = sum_span(x, n); break;
      case row_fold_max: job->partials[unit] = max_span(x, n); break;
      case row_fold_sum_squares: job->partials[unit] = sum_squares_span(x, n); break;
    }
  }
}

/// The folded pieces of every row, in the caller's scratch.
static fold_job fold_rows(ck_pool *pool, row_fold fold, const float *x, ptrdiff_t rows, ptrdiff_t columns) {
  fold_job job = {.fold = fold, .x = x, .rows = rows, .columns = columns};
  job.pieces = at_least_one(chunks_of(columns, piece_elements));
  job.units_of_chunk = job.pieces > 1 ? 1 : rows_of_chunk(columns);
  job.partials = ck_scratch(ck_scratch_caller, sizeof(double) * (size_t)(rows * job.pieces));
  ck_pool_run(pool, chunks_of(rows * job.pieces, job.units_of_chunk), fold_chunk, &job);
  return job;
}

static void sum_rows(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns) {
  fold_job job = fold_rows(pool, row_fold_sum, x, rows, columns);
  for (ptrdiff_t r = 0; r < rows; r++) {
    double sum = 0;
    for (ptrdiff_t piece = 0; piece < job.pieces; piece++) sum += job.partials[r * job.pieces + piece];
    ((float *)y)[r] = (float)sum;
  }
}

static void max_rows(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns) {
  fold_job job = fold_rows(pool, row_fold_max, x, rows, columns);
  for (ptrdiff_t r = 0; r < rows; r++) {
    double max = -INFINITY;
    for (ptrdiff_t piece = 0; piece < job.pieces; piece++) {
      double candidate = job.partials[r * job.pieces + piece];
      if (candidate > max || isnan(candidate)) max = candidate;
    }
    ((float *)y)[r] = (float)max;
  }
}

static double sum_squares(ck_pool *pool, const void *x, ptrdiff_t n) {
  fold_job job = fold_rows(pool, row_fold_sum_squares, x, 1, n);
  double sum = 0;
  for (ptrdiff_t piece = 0; piece < job.pieces; piece++) sum += job.partials[piece];
  return sum;
}

// MARK: - Columns

enum { min_summed_rows = 32, max_row_blocks = 16 };

/// How many blocks of rows are summed apart, and their sums in order.
CK_INLINE ptrdiff_t count_summed_blocks(ptrdiff_t rows) {
  ptrdiff_t blocks = rows / min_summed_rows;
  return at_least_one(blocks < max_row_blocks ? blocks : max_row_blocks);
}

/// y[c] = Σ over blocks of partials[block, c]
static void combine_blocks(float *y, const float *partials, ptrdiff_t blocks, ptrdiff_t columns) {
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec sum = load_first(partials + c, lanes);
    for (ptrdiff_t block = 1; block < blocks; block++) {
      sum += load_first(partials + block * columns + c, lanes);
    }
    store_first(y + c, sum, lanes);
  }
}

typedef struct sum_columns_job {
  const float *x;
  float *partials;  // [blocks, columns]
  ptrdiff_t rows, columns, blocks;
} sum_columns_job;

/// The sums of up to sums_at_once vectors of columns over a block of rows.
CK_INLINE void sum_column_group(const float *x, ptrdiff_t stride, span rows, ptrdiff_t columns, float *sums) {
  vec sum[sums_at_once] = {};
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    for (int t = 0; t < sums_at_once; t++) {
      ptrdiff_t c = t * CK_LANES;
      if (c < columns) sum[t] += load_first(x + r * stride + c, lanes_of(columns - c));
    }
  }
  for (int t = 0; t < sums_at_once; t++) {
    ptrdiff_t c = t * CK_LANES;
    if (c < columns) store_first(sums + c, sum[t], lanes_of(columns - c));
  }
}

static void sum_columns_chunk(void *context, ptrdiff_t block) {
  const sum_columns_job *job = context;
  span rows = even_span_of(block, job->blocks, job->rows);
  for (ptrdiff_t c = 0; c < job->columns; c += sums_at_once * CK_LANES) {
    sum_column_group(job->x + c, job->columns, rows, job->columns - c,
                     job->partials + block * job->columns + c);
  }
}

static void sum_columns(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns) {
  sum_columns_job job = {.x = x, .rows = rows, .columns = columns, .blocks = count_summed_blocks(rows)};
  job.partials = ck_scratch(ck_scratch_caller, sizeof(float) * (size_t)(job.blocks * columns));
  ck_pool_run(pool, job.blocks, sum_columns_chunk, &job);
  combine_blocks(y, job.partials, job.blocks, columns);
}

#endif
