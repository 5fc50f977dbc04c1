// Scaled dot-product attention, in float64.

#ifndef CK_REFERENCE_ATTENTION_H
#define CK_REFERENCE_ATTENTION_H

#include <math.h>

#include "../memory/scratch.h"
#include "real.h"
#include "softmax.inl.h"

/// One query of one head: what it sees, and where its data lies.
typedef struct attention_query {
  ptrdiff_t first_key, key_end;  // sees keys first_key ..< key_end
  ptrdiff_t q, k, v, out, lse;   // offsets of its query, of its head's key 0 and value 0, and of its results
  uint32_t position, sequence_and_head;  // counter words of its dropout
} attention_query;

static attention_query locate(const ck_attention *shape, ptrdiff_t b, ptrdiff_t h, ptrdiff_t i) {
  ptrdiff_t width = shape->head_width, group = h / (shape->heads / shape->key_heads);
  ptrdiff_t keys = shape->key_lengths != NULL ? shape->key_lengths[b] : shape->key_length;
  ptrdiff_t position = i + keys - shape->query_length;
  attention_query query = {
      .first_key = 0,
      .key_end = keys,
      .q = b * shape->query_batch_stride + i * shape->query_stride + h * width,
      .k = b * shape->key_batch_stride + group * width,
      .v = b * shape->value_batch_stride + group * width,
      .out = b * shape->output_batch_stride + i * shape->output_stride + h * width,
      .lse = (b * shape->heads + h) * shape->query_length + i,
      .position = (uint32_t)i,
      .sequence_and_head = (uint32_t)(b * shape->heads + h),
  };
  if (shape->causal) {
    query.key_end = position + 1;
    if (shape->window > 0 && position - shape->window + 1 > 0) query.first_key = position - shape->window + 1;
  }
  return query;
}

static double dot(const real *a, const real *b, ptrdiff_t n) {
  double sum = 0;
  for (ptrdiff_t e = 0; e < n; e++) sum += a[e] * b[e];
  return sum;
}

/// What the weight of key `j` is multiplied by: 1/(1 − p) or 0.
static double dropout_scale(const ck_attention *shape, const attention_query *query, ptrdiff_t j) {
  cr_block counter = {{(uint32_t)(j / 4), query->position, query->sequence_and_head, 0}};
  uint32_t word = cr_philox(shape->key, counter).word[j % 4];
  return word >= ck_dropout_threshold(shape->dropout) ? 1 / (1 - shape->dropout) : 0;
}

static void attend(const ck_attention *shape, const attention_query *query, real *out, real *lse,
                   const real *q, const real *k, const real *v) {
  ptrdiff_t seen = query->key_end > query->first_key ? query->key_end - query->first_key : 0;
  real *scores = ck_scratch(ck_scratch_chunk, sizeof(real) * (size_t)seen);
  for (ptrdiff_t s = 0; s < seen; s++) {
    scores[s] = shape->scale * dot(q, k + (query->first_key + s) * shape->key_stride, shape->head_width);
  }
  for (ptrdiff_t c = 0; c < shape->head_width; c++) out[c] = 0;
  *lse = seen > 0 ? log_sum_exp(scores, seen) : -INFINITY;
  for (ptrdiff_t s = 0; s < seen; s++) {
    ptrdiff_t j = query->first_key + s;
    double weight = exp(scores[s] - *lse) * dropout_scale(shape, query, j);
    for (ptrdiff_t c = 0; c < shape->head_width; c++) out[c] += weight * v[j * shape->value_stride + c];
  }
}

static void attention(ck_pool *pool, void *out, void *lse, const void *q, const void *k, const void *v,
                      const ck_attention *shape) {
  for (ptrdiff_t b = 0; b < shape->batch; b++) {
    for (ptrdiff_t h = 0; h < shape->heads; h++) {
      for (ptrdiff_t i = 0; i < shape->query_length; i++) {
        attention_query at = locate(shape, b, h, i);
        attend(shape, &at, (real *)out + at.out, (real *)lse + at.lse, (const real *)q + at.q,
               (const real *)k + at.k, (const real *)v + at.v);
      }
    }
  }
}

/// Gradients of one query's out: dv = w·dout; with P the softmax and w = P·(dropout scale),
/// dP = (dout · v)·(dropout scale), delta = dout · out, dscore = P·(dP − delta),
/// dq = scale·Σ dscore·k, dk = scale·dscore·q.
static void attend_backward(const ck_attention *shape, const attention_query *query, real *dq, real *dk,
                            real *dv, const real *dout, const real *out, double lse, const real *q,
                            const real *k, const real *v) {
  ptrdiff_t width = shape->head_width;
  double delta = dot(dout, out, width);
  for (ptrdiff_t j = query->first_key; j < query->key_end; j++) {
    const real *key = k + j * shape->key_stride, *value = v + j * shape->value_stride;
    double kept = dropout_scale(shape, query, j);
    double probability = exp(shape->scale * dot(q, key, width) - lse);
    double dscore = shape->scale * probability * (dot(dout, value, width) * kept - delta);
    for (ptrdiff_t c = 0; c < width; c++) {
      dq[c] += dscore * key[c];
      dk[j * shape->key_stride + c] += dscore * q[c];
      dv[j * shape->value_stride + c] += probability * kept * dout[c];
    }
  }
}

static void clear_heads(real *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < width; c++) x[r * stride + c] = 0;
  }
}

static void attention_backward(ck_pool *pool, void *dq, void *dk, void *dv, const void *dout, const void *out,
                               const void *lse, const void *q, const void *k, const void *v,
                               const ck_attention *shape) {
  ptrdiff_t queries = shape->query_length, query_width = shape->heads * shape->head_width;
  ptrdiff_t keys = shape->key_length, key_width = shape->key_heads * shape->head_width;
  for (ptrdiff_t b = 0; b < shape->batch; b++) {
    clear_heads((real *)dq + b * shape->query_batch_stride, queries, shape->query_stride, query_width);
    clear_heads((real *)dk + b * shape->key_batch_stride, keys, shape->key_stride, key_width);
    clear_heads((real *)dv + b * shape->value_batch_stride, keys, shape->value_stride, key_width);
    for (ptrdiff_t h = 0; h < shape->heads; h++) {
      for (ptrdiff_t i = 0; i < shape->query_length; i++) {
        attention_query at = locate(shape, b, h, i);
        attend_backward(shape, &at, (real *)dq + at.q, (real *)dk + at.k, (real *)dv + at.v,
                        (const real *)dout + at.out, (const real *)out + at.out, ((const real *)lse)[at.lse],
                        (const real *)q + at.q, (const real *)k + at.k, (const real *)v + at.v);
      }
    }
  }
}

#endif
