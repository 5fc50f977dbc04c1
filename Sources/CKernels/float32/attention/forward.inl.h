// Attention on vectors, a tile of queries at a time, or one query.

#ifndef CK_ATTENTION_FORWARD_H
#define CK_ATTENTION_FORWARD_H

#include "../../memory/scratch.h"
#include "../matmul/dot.inl.h"
#include "../matmul/micro_kernel.inl.h"
#include "operands.inl.h"
#include "scores.inl.h"

// Below this many queries a head's keys are not worth packing.
enum { min_tiled_queries = 4 };

/// The queries first ..< first + count, at most a tile of them.
static void attend_tile(const attention_job *job, const attention_head *head, const packed_columns *keys,
                        head_rows values, float *strip, ptrdiff_t first, ptrdiff_t count) {
  const ck_attention *shape = job->shape;
  ptrdiff_t stride = strip_stride(shape->key_length);
  span seen = keys_seen(shape, first, first + count);
  float sums[CK_MR];
  multiply_columns(keys, job->q + head->q + first * shape->query_stride, shape->query_stride, count, strip,
                   stride, seen);
  for (ptrdiff_t r = 0; r < count; r += CK_LANES) {
    weigh_scores(head, strip + r * stride, stride, first + r, lanes_of(count - r), seen, sums + r,
                 job->lse + head->lse + first + r);
  }
  float *out = job->out + head->out + first * shape->output_stride;
  tile t = {.k = seen.end - seen.start, .a_stride = 1, .c_stride = shape->output_stride};
  set_tile_rows(&t, strip + seen.start, stride, count);
  values.x += seen.start * values.stride;
  multiply_head_rows(&t, values, out, shape->head_width);
  for (ptrdiff_t r = 0; r < count; r++) {
    divide_row(out + r * shape->output_stride, sums[r], shape->head_width);
  }
}

/// One query on its own, over keys and values as they lie.
static void attend_row(const attention_job *job, const attention_head *head, float *strip, ptrdiff_t query) {
  const ck_attention *shape = job->shape;
  span seen = keys_seen(shape, query, query + 1);
  ptrdiff_t n = seen.end - seen.start;
  const float *keys = job->k + head->k + seen.start * shape->key_stride;
  const float *values = job->v + head->v + seen.start * shape->value_stride;
  float *out = job->out + head->out + query * shape->output_stride, sum;
  dot_rows(strip + seen.start, job->q + head->q + query * shape->query_stride, keys, shape->key_stride, n,
           shape->head_width);
  weigh_scores(head, strip, 0, query, 1, seen, &sum, job->lse + head->lse + query);
  weigh_rows(out, strip + seen.start, values, shape->value_stride, n, shape->head_width);
  divide_row(out, sum, shape->head_width);
}

static void attend_chunk(const attention_job *job, attention_block block_at) {
  const ck_attention *shape = job->shape;
  ptrdiff_t group = shape->heads / shape->key_heads, width = shape->head_width, keys = shape->key_length;
  ptrdiff_t key_head = block_at.key_head, b = block_at.b;
  span queries = block_at.queries;

  ptrdiff_t strip_size = CK_MR * strip_stride(keys), key_size = whole_vectors(keys) * width;
  ptrdiff_t value_size = keys * whole_vectors(width);
  float *strip = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(strip_size + key_size + value_size));
  bool tiled = queries.end - queries.start >= min_tiled_queries;
  packed_columns packed_keys = {};
  head_rows values = {};
  for (ptrdiff_t h = key_head * group; h < (key_head + 1) * group; h++) {
    attention_head head = find_head(shape, b, h);
    if (tiled && h == key_head * group) {
      packed_keys = pack_columns(job->k + head.k, shape->key_stride, keys, width, strip + strip_size);
      values = read_whole_vectors(job->v + head.v, shape->value_stride, keys, width,
                                  strip + strip_size + key_size);
    }
    for (ptrdiff_t i = queries.start; i < queries.end; i += tiled ? CK_MR : 1) {
      ptrdiff_t left = queries.end - i;
      if (tiled) {
        attend_tile(job, &head, &packed_keys, values, strip, i, left < CK_MR ? left : CK_MR);
      } else {
        attend_row(job, &head, strip, i);
      }
    }
  }
}

static void attention_chunk(void *context, ptrdiff_t chunk) {
  attention_job job = *(const attention_job *)context;
  attention_block block_at = find_attention_block(&job, chunk);
  ck_attention own = attention_of_sequence(job.shape, block_at.b);
  job.shape = &own;
  attend_chunk(&job, block_at);
}

#endif
