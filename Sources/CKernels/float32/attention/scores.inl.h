// Attention's softmax and its derivative, which run on strips of scores, whatever made these: forward and backward, on
// vectors and on AMX.

#ifndef CK_ATTENTION_SCORES_H
#define CK_ATTENTION_SCORES_H

#include <math.h>
#include <string.h>

#include "../dropout.inl.h"
#include "../softmax.inl.h"
#include "../vectors/exponential.inl.h"
#include "shape.inl.h"

// MARK: - Strips: the weights of a few queries for all keys

/// From one row of a strip to the next: whole rounds of dropout, and off the powers of two, whose rows would
/// all fall into the same few sets of the cache.
CK_INLINE ptrdiff_t strip_stride(ptrdiff_t keys) {
  return (keys + dropout_lanes - 1) / dropout_lanes * dropout_lanes + CK_LANES;
}

/// Whether each of CK_LANES columns, from `first` on, is seen.
CK_INLINE ivec is_seen(ptrdiff_t first, span seen) {
  ivec column = columns_from(first);
  return (column >= (int32_t)seen.start) & (column < (int32_t)seen.end);
}

/// `seen`, from the start of a vector on.
CK_INLINE span from_whole_vector(span seen) { return (span){seen.start / CK_LANES * CK_LANES, seen.end}; }

/// What dropout leaves of the weights of `query` for the dropout_lanes keys from `first` on.
CK_INLINE void draw_key_dropout_scales(float dropout_scale[dropout_lanes], const attention_head *head, ptrdiff_t query,
                               ptrdiff_t first) {
  double p = head->shape->dropout;
  draw_dropout_scales(dropout_scale, head->shape->key, (uint32_t)(first / 4), (uint32_t)query, head->number,
              ck_dropout_threshold(p), (float)(1 / (1 - p)));
}

// MARK: - Forward

/// Scores become scaled scores, −∞ where a key is not seen; returns the lanes' largest.
CK_INLINE vec scale_scores(float *row, float scale, span columns, span seen) {
  vec max = splat(-INFINITY);
  for (ptrdiff_t j = columns.start; j < columns.end; j += CK_LANES) {
    vec score = choose(is_seen(j, seen), scale * load(row + j), splat(-INFINITY));
    store(row + j, score);
    max = larger(max, score);
  }
  return max;
}

/// Scores become e^(score − shift); returns the lanes' sums.
CK_INLINE vec exponentiate_scores(float *row, float shift, span columns) {
  vec sum = {};
  for (ptrdiff_t j = columns.start; j < columns.end; j += CK_LANES) {
    vec weight = exponential(load(row + j) - shift);
    store(row + j, weight);
    sum += weight;
  }
  return sum;
}

CK_INLINE void drop_weights(const attention_head *head, float *row, ptrdiff_t query, span seen) {
  for (ptrdiff_t first = seen.start / dropout_lanes * dropout_lanes; first < seen.end; first += dropout_lanes) {
    float dropout_scale[dropout_lanes];
    draw_key_dropout_scales(dropout_scale, head, query, first);
    for (int s = 0; s < dropout_lanes; s += CK_LANES) {
      store(row + first + s, load(row + first + s) * load(dropout_scale + s));
    }
  }
}

/// The scores of `count` queries (at most CK_LANES), which see the keys `seen` between them, become weights
/// e^(score − the query's largest), 0 where a query does not see a key. `sums` are taken before dropout.
static void weigh_scores(const attention_head *head, float *strip, ptrdiff_t stride, ptrdiff_t first,
                         ptrdiff_t count, span seen, float *sums, float *lse) {
  span columns = from_whole_vector(seen);
  vec max[CK_LANES], sum[CK_LANES];
  for (ptrdiff_t r = 0; r < CK_LANES; r++) max[r] = sum[r] = (vec){};
  for (ptrdiff_t r = 0; r < count; r++) {
    span row_seen = keys_seen(head->shape, first + r, first + r + 1);
    max[r] = scale_scores(strip + r * stride, (float)head->shape->scale, columns, row_seen);
  }
  float shift[CK_LANES];
  store(shift, largest_of_each(max));
  for (ptrdiff_t r = 0; r < count; r++) {
    span row_seen = keys_seen(head->shape, first + r, first + r + 1);
    // e^(−∞ − 0) = 0 for every key of a query that sees none.
    if (row_seen.start >= row_seen.end) shift[r] = 0;
    sum[r] = exponentiate_scores(strip + r * stride, shift[r], columns);
    if (head->shape->dropout > 0) drop_weights(head, strip + r * stride, first + r, row_seen);
  }
  vec total = sum_of_each(sum);
  store_first(sums, total, count);
  store_first(lse, load(shift) + logarithm(total), count);
}

static void divide_row(float *row, float sum, ptrdiff_t n) {
  scale_row(row, row, sum != 0 ? 1 / sum : 0, 0, n);
}

// MARK: - Backward

/// With P the softmax, s what dropout leaves, and delta = dout · out: weights = P·s, dscores = scale·P·(dP·s − delta),
/// both 0 where the query does not see a key of its block.
CK_INLINE void differentiate_scores(const attention_head *head, float *weights, float *dscores,
                                    ptrdiff_t query, float lse, float delta, span block_seen) {
  const ck_attention *shape = head->shape;
  span seen = keys_seen(shape, query, query + 1);
  float scale = (float)shape->scale;
  ptrdiff_t start = block_seen.start / dropout_lanes * dropout_lanes;
  for (ptrdiff_t first = start; first < block_seen.end; first += dropout_lanes) {
    bool any = first < seen.end && first + dropout_lanes > seen.start;
    float dropout_scale[dropout_lanes];
    if (any && shape->dropout > 0) draw_key_dropout_scales(dropout_scale, head, query, first);
    for (ptrdiff_t j = first; j < first + dropout_lanes && j < block_seen.end; j += CK_LANES) {
      vec weight = {}, dscore = {};
      if (j < seen.end && j + CK_LANES > seen.start) {
        ivec visible = is_seen(j, seen);
        vec kept = shape->dropout > 0 ? load(dropout_scale + (j - first)) : splat(1);
        vec p = exponential(scale * load(weights + j) - lse);
        weight = choose(visible, kept * p, (vec){});
        dscore = choose(visible, scale * p * (kept * load(dscores + j) - delta), (vec){});
      }
      store(weights + j, weight);
      store(dscores + j, dscore);
    }
  }
}

static void clear_head(float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) memset(x + r * stride, 0, sizeof(float) * (size_t)width);
}

/// Of all keys, those behind the sequence's own too.
static void clear_key_gradients(const attention_backward_job *job, const attention_head *head) {
  const ck_attention *shape = job->shape;
  clear_head(job->dk + head->k, shape->key_stride, shape->key_length, shape->head_width);
  clear_head(job->dv + head->v, shape->value_stride, shape->key_length, shape->head_width);
}

/// Adds up a chunk's gradients, block of queries by block, over the heads that share its key head.
CK_INLINE void differentiate_key_head(const attention_backward_job *job, ptrdiff_t chunk, const void *workspace,
                                      void (*differentiate)(const attention_backward_job *job,
                                                            const attention_head *head, const void *workspace,
                                                            span block)) {
  const ck_attention *shape = job->shape;
  ptrdiff_t group = shape->heads / shape->key_heads, first_head = chunk % shape->key_heads * group;
  for (ptrdiff_t h = first_head; h < first_head + group; h++) {
    attention_head head = find_head(shape, chunk / shape->key_heads, h);
    for (ptrdiff_t block = 0; block < chunks_of(shape->query_length, backward_block_queries); block++) {
      differentiate(job, &head, workspace, span_of(block, backward_block_queries, shape->query_length));
    }
  }
}

#endif
