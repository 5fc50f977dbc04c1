// Layer normalisation: Ba, Kiros & Hinton, arXiv 1607.06450.

#ifndef CK_LAYER_NORM_H
#define CK_LAYER_NORM_H

#include <math.h>
#include <string.h>

#include "../memory/scratch.h"
#include "reductions.inl.h"
#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef struct layer_norm_job {
  float *y, *mean, *rstd;
  const float *x, *gain, *bias;
  float epsilon;
  ptrdiff_t rows, columns;
} layer_norm_job;

static float sum_squared_deviations(const float *x, float mean, ptrdiff_t n) {
  vec sum = {};
  for (ptrdiff_t c = 0; c < n; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - c);
    vec deviation = fill_after(load_first(x + c, lanes) - mean, lanes, 0);
    sum += deviation * deviation;
  }
  return sum_lanes(sum);
}

static void layer_norm_chunk(void *context, ptrdiff_t chunk) {
  const layer_norm_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *x = job->x + r * columns;
    float mean = sum_span(x, columns) / (float)columns;
    float variance = sum_squared_deviations(x, mean, columns) / (float)columns;
    float rstd = 1 / sqrtf(variance + job->epsilon);
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      vec normed = (load_first(x + c, lanes) - mean) * rstd;
      vec y = load_first(job->gain + c, lanes) * normed + load_first(job->bias + c, lanes);
      store_first(job->y + r * columns + c, y, lanes);
    }
    job->mean[r] = mean;
    job->rstd[r] = rstd;
  }
}

static void layer_norm(ck_pool *pool, void *y, void *mean, void *rstd, const void *x, const void *gain,
                       const void *bias, double epsilon, ptrdiff_t rows, ptrdiff_t columns) {
  layer_norm_job job = {y, mean, rstd, x, gain, bias, (float)epsilon, rows, columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), layer_norm_chunk, &job);
}

// MARK: - Backward

typedef struct layer_norm_backward_job {
  float *dx;
  const float *dy, *x, *gain, *mean, *rstd;
  float *partials;  // dgain's [blocks, columns], then dbias's
  ptrdiff_t rows, columns, blocks;
} layer_norm_backward_job;

/// One row's dx, and its share added to dgain and dbias. With x̂ = (x − mean)·rstd and ĝ = gain ⊙ dy:
/// dx = rstd·(ĝ − mean of ĝ − x̂ · mean of ĝ ⊙ x̂).
CK_INLINE void layer_norm_row_backward(const layer_norm_backward_job *job, ptrdiff_t r, float *dgain,
                                       float *dbias) {
  ptrdiff_t columns = job->columns;
  const float *dy = job->dy + r * columns, *x = job->x + r * columns;
  float mean = job->mean[r], rstd = job->rstd[r];
  vec sum_g = {}, sum_gx = {};
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec d = load_first(dy + c, lanes), normed = (load_first(x + c, lanes) - mean) * rstd;
    vec g = d * load_first(job->gain + c, lanes);
    sum_g += g;
    sum_gx += g * normed;
    store_first(dgain + c, load_first(dgain + c, lanes) + d * normed, lanes);
    store_first(dbias + c, load_first(dbias + c, lanes) + d, lanes);
  }
  float mean_g = sum_lanes(sum_g) / (float)columns, mean_gx = sum_lanes(sum_gx) / (float)columns;
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec normed = (load_first(x + c, lanes) - mean) * rstd;
    vec g = load_first(dy + c, lanes) * load_first(job->gain + c, lanes);
    store_first(job->dx + r * columns + c, rstd * (g - mean_g - normed * mean_gx), lanes);
  }
}

static void layer_norm_backward_chunk(void *context, ptrdiff_t block) {
  const layer_norm_backward_job *job = context;
  float *dgain = job->partials + block * job->columns, *dbias = dgain + job->blocks * job->columns;
  memset(dgain, 0, sizeof(float) * (size_t)job->columns);
  memset(dbias, 0, sizeof(float) * (size_t)job->columns);
  span rows = even_span_of(block, job->blocks, job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) layer_norm_row_backward(job, r, dgain, dbias);
}

static void layer_norm_backward(ck_pool *pool, void *dx, void *dgain, void *dbias, const void *dy,
                                const void *x, const void *gain, const void *mean, const void *rstd,
                                ptrdiff_t rows, ptrdiff_t columns) {
  ptrdiff_t blocks = count_summed_blocks(rows);
  float *partials = ck_scratch(ck_scratch_caller, 2 * sizeof(float) * (size_t)(blocks * columns));
  layer_norm_backward_job job = {dx, dy, x, gain, mean, rstd, partials, rows, columns, blocks};
  ck_pool_run(pool, blocks, layer_norm_backward_chunk, &job);
  combine_blocks(dgain, partials, blocks, columns);
  combine_blocks(dbias, partials + blocks * columns, blocks, columns);
}

#endif
