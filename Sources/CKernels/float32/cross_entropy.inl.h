// Cross-entropy of logits, with its gradient in the same pass.

#ifndef CK_CROSS_ENTROPY_H
#define CK_CROSS_ENTROPY_H

#include <math.h>
#include <string.h>

#include "reductions.inl.h"
#include "softmax.inl.h"
#include "vectors/chunks.inl.h"

typedef struct cross_entropy_job {
  float *losses, *dlogits;
  const float *logits;
  const int32_t *targets;
  float scale, cap;
  ptrdiff_t rows, columns;
} cross_entropy_job;

/// The loss of a row, and its gradient unless that is NULL.
static float cross_entropy_row(float *dlogits, const float *logits, ptrdiff_t target, float scale,
                               ptrdiff_t columns) {
  float max = max_span(logits, columns), target_logit = logits[target];
  float sum = dlogits == NULL ? sum_exponentials(logits, max, columns)
                              : exponentials(dlogits, logits, 1, max, columns);
  // Where the target is the largest, as it mostly is late in training, most − target is exactly 0.
  float loss = logf(sum) + (max - target_logit);
  if (dlogits == NULL) return loss;
  scale_row(dlogits, dlogits, scale / sum, 0, columns);
  dlogits[target] -= scale;
  return loss;
}

// MARK: - Of capped logits

/// The same with cap·t for each logit x, where t = tanh(x/cap), so that the derivative is 1 − t².
static float capped_cross_entropy_row(float *dlogits, const float *logits, ptrdiff_t target, float scale, float cap,
                                      ptrdiff_t columns) {
  // What is largest stays so.
  float max = cap * hyperbolic_tangent(splat(max_span(logits, columns) / cap))[0];
  float target_tangent = hyperbolic_tangent(splat(logits[target] / cap))[0];
  vec sums = {};
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec tangent = hyperbolic_tangent(load_first(logits + c, lanes) / cap);
    sums += fill_after(exponential(cap * tangent - max), lanes, 0);
    if (dlogits != NULL) store_first(dlogits + c, tangent, lanes);
  }
  float sum = sum_lanes(sums), loss = logf(sum) + (max - cap * target_tangent);
  if (dlogits == NULL) return loss;
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec tangent = load_first(dlogits + c, lanes), share = exponential(cap * tangent - max) * (scale / sum);
    store_first(dlogits + c, share * (1.0f - tangent * tangent), lanes);
  }
  dlogits[target] -= scale * (1 - target_tangent * target_tangent);
  return loss;
}

// MARK: - Rows

static void cross_entropy_chunk(void *context, ptrdiff_t chunk) {
  const cross_entropy_job *job = context;
  ptrdiff_t columns = job->columns;
  span rows = span_of(chunk, rows_of_chunk(columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    const float *logits = job->logits + r * columns;
    float *dlogits = job->dlogits == NULL ? NULL : job->dlogits + r * columns;
    ptrdiff_t target = job->targets[r];
    if (target < 0) {
      job->losses[r] = 0;
      if (dlogits != NULL) memset(dlogits, 0, sizeof(float) * (size_t)columns);
    } else if (job->cap > 0) {
      job->losses[r] = capped_cross_entropy_row(dlogits, logits, target, job->scale, job->cap, columns);
    } else {
      job->losses[r] = cross_entropy_row(dlogits, logits, target, job->scale, columns);
    }
  }
}

static void cross_entropy(ck_pool *pool, void *losses, void *dlogits, const void *logits,
                          const int32_t *targets, double scale, double cap, ptrdiff_t rows, ptrdiff_t columns) {
  cross_entropy_job job = {losses, dlogits, logits, targets, (float)scale, (float)cap, rows, columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), cross_entropy_chunk, &job);
}

#endif
