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
  const float *soft_targets;
  float soft_weight, scale, cap;
  ptrdiff_t rows, columns;
} cross_entropy_job;

/// What a row is to predict: the token, and with the weight k of it a distribution, unless that is NULL.
typedef struct row_target {
  ptrdiff_t token;
  const float *soft;
  float soft_weight;
} row_target;

/// The target's mean of max − x: of the token's logit alone, or with the share of the distribution.
static float distance_below(float max, float token_logit, row_target target, float soft_mean) {
  float distance = max - token_logit;
  return target.soft == NULL ? distance : (1 - target.soft_weight) * distance + target.soft_weight * soft_mean;
}

/// The loss of a row, and its gradient unless that is NULL.
static float cross_entropy_row(float *dlogits, const float *logits, row_target target, float scale,
                               ptrdiff_t columns) {
  float max = max_span(logits, columns), token_logit = logits[target.token], soft_mean = 0;
  if (target.soft != NULL) {  // before dlogits, which may be the same memory, is written
    vec sums = {};
    for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns - c);
      sums += fill_after(load_first(target.soft + c, lanes) * (max - load_first(logits + c, lanes)), lanes, 0);
    }
    soft_mean = sum_lanes(sums);
  }
  float sum = dlogits == NULL ? sum_exponentials(logits, max, columns)
                              : exponentials(dlogits, logits, 1, max, columns);
  // Where the target is the largest, as it mostly is late in training, most − target is exactly 0.
  float loss = logf(sum) + distance_below(max, token_logit, target, soft_mean);
  if (dlogits == NULL) return loss;
  scale_row(dlogits, dlogits, scale / sum, 0, columns);
  if (target.soft == NULL) {
    dlogits[target.token] -= scale;
    return loss;
  }
  float soft_scale = scale * target.soft_weight;
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    store_first(dlogits + c, load_first(dlogits + c, lanes) - soft_scale * load_first(target.soft + c, lanes), lanes);
  }
  dlogits[target.token] -= scale - soft_scale;
  return loss;
}

// MARK: - Of capped logits

/// The same with cap·t for each logit x, where t = tanh(x/cap), so that the derivative is 1 − t².
static float capped_cross_entropy_row(float *dlogits, const float *logits, row_target target, float scale, float cap,
                                      ptrdiff_t columns) {
  // What is largest stays so.
  float max = cap * hyperbolic_tangent(splat(max_span(logits, columns) / cap))[0];
  float token_tangent = hyperbolic_tangent(splat(logits[target.token] / cap))[0];
  vec sums = {}, soft_sums = {};
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec tangent = hyperbolic_tangent(load_first(logits + c, lanes) / cap), below = cap * tangent - max;
    sums += fill_after(exponential(below), lanes, 0);
    if (target.soft != NULL) soft_sums -= fill_after(load_first(target.soft + c, lanes) * below, lanes, 0);
    if (dlogits != NULL) store_first(dlogits + c, tangent, lanes);
  }
  float sum = sum_lanes(sums);
  float loss = logf(sum) + distance_below(max, cap * token_tangent, target, sum_lanes(soft_sums));
  if (dlogits == NULL) return loss;
  float soft_scale = target.soft == NULL ? 0 : scale * target.soft_weight;
  for (ptrdiff_t c = 0; c < columns; c += CK_LANES) {
    ptrdiff_t lanes = lanes_of(columns - c);
    vec tangent = load_first(dlogits + c, lanes), share = exponential(cap * tangent - max) * (scale / sum);
    if (target.soft != NULL) share -= soft_scale * load_first(target.soft + c, lanes);
    store_first(dlogits + c, share * (1.0f - tangent * tangent), lanes);
  }
  dlogits[target.token] -= (scale - soft_scale) * (1 - token_tangent * token_tangent);
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
    const float *soft = job->soft_targets == NULL ? NULL : job->soft_targets + r * columns;
    row_target target = {job->targets[r], soft, job->soft_weight};
    if (target.token < 0) {
      job->losses[r] = 0;
      if (dlogits != NULL) memset(dlogits, 0, sizeof(float) * (size_t)columns);
    } else if (job->cap > 0) {
      job->losses[r] = capped_cross_entropy_row(dlogits, logits, target, job->scale, job->cap, columns);
    } else {
      job->losses[r] = cross_entropy_row(dlogits, logits, target, job->scale, columns);
    }
  }
}

static void cross_entropy(ck_pool *pool, void *losses, void *dlogits, const void *logits, const int32_t *targets,
                          const void *soft_targets, double soft_weight, double scale, double cap, ptrdiff_t rows,
                          ptrdiff_t columns) {
  cross_entropy_job job = {losses,       dlogits,           logits,       targets,
                           soft_targets, (float)soft_weight, (float)scale, (float)cap,
                           rows,         columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), cross_entropy_chunk, &job);
}

#endif
