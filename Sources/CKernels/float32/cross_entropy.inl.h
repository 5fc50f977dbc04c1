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
  float scale;
  ptrdiff_t rows, columns;
} cross_entropy_job;

static void cross_entropy_row(const cross_entropy_job *job, ptrdiff_t r) {
  ptrdiff_t columns = job->columns, target = job->targets[r];
  float *dlogits = job->dlogits == NULL ? NULL : job->dlogits + r * columns;
  if (target < 0) {
    job->losses[r] = 0;
    if (dlogits != NULL) memset(dlogits, 0, sizeof(float) * (size_t)columns);
    return;
  }
  const float *logits = job->logits + r * columns;
  float max = max_span(logits, columns), target_logit = logits[target];
  float sum = dlogits == NULL ? sum_exponentials(logits, max, columns)
                              : exponentials(dlogits, logits, 1, max, columns);
  // Where the target is the largest, as it mostly is late in training, most − target is exactly 0.
  job->losses[r] = logf(sum) + (max - target_logit);
  if (dlogits == NULL) return;
  scale_row(dlogits, dlogits, job->scale / sum, 0, columns);
  dlogits[target] -= job->scale;
}

static void cross_entropy_chunk(void *context, ptrdiff_t chunk) {
  const cross_entropy_job *job = context;
  span rows = span_of(chunk, rows_of_chunk(job->columns), job->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) cross_entropy_row(job, r);
}

static void cross_entropy(ck_pool *pool, void *losses, void *dlogits, const void *logits,
                          const int32_t *targets, double scale, ptrdiff_t rows, ptrdiff_t columns) {
  cross_entropy_job job = {losses, dlogits, logits, targets, (float)scale, rows, columns};
  ck_pool_run(pool, chunks_of(rows, rows_of_chunk(columns)), cross_entropy_chunk, &job);
}

#endif
