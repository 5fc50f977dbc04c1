// The layout of attention's operands, and the mask: which query attends to which keys.

#ifndef CK_ATTENTION_SHAPE_H
#define CK_ATTENTION_SHAPE_H

#include "../vectors/chunks.inl.h"

/// The attention of sequence b with its own number of keys.
CK_INLINE ck_attention attention_of_sequence(const ck_attention *shape, ptrdiff_t b) {
  ck_attention own = *shape;
  if (shape->key_lengths != NULL) own.key_length = shape->key_lengths[b];
  return own;
}

/// The keys that one query, or any query of a tile or a block, attends to.
CK_INLINE span keys_seen(const ck_attention *shape, ptrdiff_t first_query, ptrdiff_t query_end) {
  ptrdiff_t shift = shape->key_length - shape->query_length;
  span seen = {0, shape->key_length};
  if (!shape->causal) return seen;
  if (shape->window > 0 && first_query + shift - shape->window >= 0) {
    seen.start = first_query + shift - shape->window + 1;
  }
  seen.end = query_end + shift > seen.start ? query_end + shift : seen.start;
  return seen;
}

/// One query head of one sequence.
typedef struct attention_head {
  const ck_attention *shape;
  uint32_t number;         // b·H + h
  ptrdiff_t q, k, v, out;  // offsets of its first query, key, value and output
  ptrdiff_t lse;
} attention_head;

CK_INLINE attention_head find_head(const ck_attention *shape, ptrdiff_t b, ptrdiff_t h) {
  ptrdiff_t width = shape->head_width, key_head = h / (shape->heads / shape->key_heads);
  return (attention_head){
      .shape = shape,
      .number = (uint32_t)(b * shape->heads + h),
      .q = b * shape->query_batch_stride + h * width,
      .k = b * shape->key_batch_stride + key_head * width,
      .v = b * shape->value_batch_stride + key_head * width,
      .out = b * shape->output_batch_stride + h * width,
      .lse = (b * shape->heads + h) * shape->query_length,
  };
}

// MARK: - Forward

enum { attention_block_queries = 256 };  // in a chunk

typedef struct attention_job {
  const ck_attention *shape;
  float *out, *lse;
  const float *q, *k, *v;
  ptrdiff_t blocks;
} attention_job;

/// One block of queries of the heads that share one key head.
typedef struct attention_block {
  ptrdiff_t b, key_head;
  span queries;
} attention_block;

CK_INLINE attention_block find_attention_block(const attention_job *job, ptrdiff_t chunk) {
  ptrdiff_t key_heads = job->shape->key_heads, head = chunk / job->blocks;
  return (attention_block){head / key_heads, head % key_heads,
                                 even_span_of(chunk % job->blocks, job->blocks, job->shape->query_length)};
}

// MARK: - Backward

// Rows of the weights held at once: the depth of the sums that go into a key's gradient.
enum { backward_block_queries = 64 };

typedef struct attention_backward_job {
  const ck_attention *shape;
  float *dq, *dk, *dv;
  const float *dout, *out, *lse, *q, *k, *v;
} attention_backward_job;

/// The first of the heads that share a chunk's key head.
CK_INLINE attention_head first_head_of(const ck_attention *shape, ptrdiff_t chunk) {
  ptrdiff_t group = shape->heads / shape->key_heads;
  return find_head(shape, chunk / shape->key_heads, chunk % shape->key_heads * group);
}

#endif
