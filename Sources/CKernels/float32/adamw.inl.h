// AdamW: Loshchilov & Hutter, arXiv 1711.05101.

#ifndef CK_ADAMW_H
#define CK_ADAMW_H

#include <math.h>

#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef struct adamw_job {
  const ck_adamw *step;
  float *weights, *first_moments, *second_moments;
  const float *gradients;
  ptrdiff_t n;
} adamw_job;

static void adamw_chunk(void *context, ptrdiff_t chunk) {
  const adamw_job *job = context;
  const ck_adamw *step = job->step;
  span part = span_of(chunk, chunk_elements, job->n);
  vec scale = splat((float)step->gradient_scale), decay = splat((float)(step->rate * step->decay));
  vec gain1 = splat((float)(1 - step->beta1)), keep2 = splat((float)step->beta2);
  vec gain2 = splat((float)(1 - step->beta2)), epsilon = splat((float)step->epsilon);
  vec rate = splat((float)(step->rate / step->correction1));
  vec rescale = splat((float)(1 / sqrt(step->correction2)));
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    vec g = scale * load_first(job->gradients + e, lanes);
    vec w = load_first(job->weights + e, lanes), m = load_first(job->first_moments + e, lanes);
    vec v = load_first(job->second_moments + e, lanes);
    w -= decay * w;
    m += gain1 * (g - m);
    v = keep2 * v + gain2 * (g * g);
    w -= rate * m / (__builtin_elementwise_sqrt(v) * rescale + epsilon);
    store_first(job->weights + e, w, lanes);
    store_first(job->first_moments + e, m, lanes);
    store_first(job->second_moments + e, v, lanes);
  }
}

static void adamw(ck_pool *pool, void *weights, void *first_moments, void *second_moments,
                  const void *gradients, const ck_adamw *step, ptrdiff_t n) {
  adamw_job job = {step, weights, first_moments, second_moments, gradients, n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), adamw_chunk, &job);
}

#endif
