// Attention's VJP on vectors.

#ifndef CK_ATTENTION_BACKWARD_H
#define CK_ATTENTION_BACKWARD_H

#include "../../memory/scratch.h"
#include "../matmul/dot.inl.h"
#include "../matmul/micro_kernel.inl.h"
#include "operands.inl.h"
#include "scores.inl.h"

/// What a chunk keeps in its scratch.
typedef struct attention_workspace {
  packed_columns keys, values;
  head_rows key_rows;                // of its key head
  float *weights, *dscores;          // strips, [backward_block_queries, step]
  float *query_copy, *doutput_copy;  // [backward_block_queries, whole_vectors(D)]
  ptrdiff_t stride;
} attention_workspace;

/// Fills the strips for one tile of a block's queries, and writes their dq.
static void differentiate_queries(const attention_backward_job *job, const attention_head *head,
                                  const attention_workspace *work, span block, ptrdiff_t first,
                                  ptrdiff_t count) {
  const ck_attention *shape = job->shape;
  span block_seen = keys_seen(shape, block.start, block.end), seen = keys_seen(shape, first, first + count);
  const float *q = job->q + head->q + first * shape->query_stride;
  const float *dout = job->dout + head->out + first * shape->output_stride;
  const float *out = job->out + head->out + first * shape->output_stride;
  float *weights = work->weights + (first - block.start) * work->stride;
  float *dscores = work->dscores + (first - block.start) * work->stride;
  multiply_columns(&work->keys, q, shape->query_stride, count, weights, work->stride, seen);
  multiply_columns(&work->values, dout, shape->output_stride, count, dscores, work->stride, seen);
  for (ptrdiff_t r = 0; r < count; r++) {
    ptrdiff_t row = r * shape->output_stride;
    float delta = dot_span(dout + row, out + row, shape->head_width);
    differentiate_scores(head, weights + r * work->stride, dscores + r * work->stride, first + r,
                         job->lse[head->lse + first + r], delta, block_seen);
  }
  tile t = {.k = seen.end - seen.start, .a_stride = 1, .c_stride = shape->query_stride};
  set_tile_rows(&t, dscores + seen.start, work->stride, count);
  head_rows keys = {work->key_rows.x + seen.start * work->key_rows.stride, work->key_rows.stride};
  multiply_head_rows(&t, keys, job->dq + head->q + first * shape->query_stride, shape->head_width);
}

/// dx[j] += Σ over the block's queries of strip[i, j] · rows[i], for every key j that the block sees.
static void add_to_keys(const attention_backward_job *job, const attention_workspace *work,
                        const float *strip, head_rows rows, float *dx, ptrdiff_t dx_stride, span block) {
  const ck_attention *shape = job->shape;
  span seen = keys_seen(shape, block.start, block.end);
  ptrdiff_t shift = shape->key_length - shape->query_length;
  for (ptrdiff_t j = seen.start; j < seen.end; j += CK_MR) {
    // Queries before the first that sees key j have no weight for it or those after it.
    ptrdiff_t skipped = shape->causal && j - shift > block.start ? j - shift - block.start : 0;
    ptrdiff_t depth = block.end - block.start - skipped;
    tile t = {.k = depth, .a_stride = work->stride, .c_stride = dx_stride, .accumulate = true};
    set_tile_rows(&t, strip + skipped * work->stride + j, 1, seen.end - j);
    multiply_head_rows(&t, (head_rows){rows.x + skipped * rows.stride, rows.stride}, dx + j * dx_stride,
                       shape->head_width);
  }
}

static void differentiate_block(const attention_backward_job *job, const attention_head *head, const void *workspace,
                                span block) {
  const attention_workspace *work = workspace;
  const ck_attention *shape = job->shape;
  ptrdiff_t count = block.end - block.start, width = shape->head_width;
  for (ptrdiff_t i = block.start; i < block.end; i += CK_MR) {
    ptrdiff_t left = block.end - i;
    differentiate_queries(job, head, work, block, i, left < CK_MR ? left : CK_MR);
  }
  head_rows queries = read_whole_vectors(job->q + head->q + block.start * shape->query_stride,
                                         shape->query_stride, count, width, work->query_copy);
  head_rows doutputs = read_whole_vectors(job->dout + head->out + block.start * shape->output_stride,
                                          shape->output_stride, count, width, work->doutput_copy);
  add_to_keys(job, work, work->weights, doutputs, job->dv + head->v, shape->value_stride, block);
  add_to_keys(job, work, work->dscores, queries, job->dk + head->k, shape->key_stride, block);
}

static attention_workspace prepare_workspace(const attention_backward_job *job, const attention_head *head) {
  const ck_attention *shape = job->shape;
  ptrdiff_t keys = shape->key_length, width = shape->head_width, stride = strip_stride(keys);
  ptrdiff_t packed = whole_vectors(keys) * width, rows = keys * whole_vectors(width);
  ptrdiff_t strip = backward_block_queries * stride, copy = backward_block_queries * whole_vectors(width);
  float *memory =
      ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(2 * packed + rows + 2 * strip + 2 * copy));
  return (attention_workspace){
      .keys = pack_columns(job->k + head->k, shape->key_stride, keys, width, memory),
      .values = pack_columns(job->v + head->v, shape->value_stride, keys, width, memory + packed),
      .key_rows = read_whole_vectors(job->k + head->k, shape->key_stride, keys, width, memory + 2 * packed),
      .weights = memory + 2 * packed + rows,
      .dscores = memory + 2 * packed + rows + strip,
      .query_copy = memory + 2 * packed + rows + 2 * strip,
      .doutput_copy = memory + 2 * packed + rows + 2 * strip + copy,
      .stride = stride,
  };
}

static void attention_backward_chunk(void *context, ptrdiff_t chunk) {
  attention_backward_job job = *(const attention_backward_job *)context;
  attention_head first = first_head_of(job.shape, chunk);
  clear_key_gradients(&job, &first);
  ck_attention own = attention_of_sequence(job.shape, chunk / job.shape->key_heads);
  job.shape = &own;
  attention_workspace work = prepare_workspace(&job, &first);
  differentiate_key_head(&job, chunk, &work, differentiate_block);
}

#endif
