// Attention whose products run on AMX, for blocks of queries where vectors take tiles. Softmax and its
// derivative are the same code, on the same strips of scores.

#ifndef CK_AMX_ATTENTION_H
#define CK_AMX_ATTENTION_H

#include "../../memory/scratch.h"
#include "../attention/scores.inl.h"
#include "../matmul/dot.inl.h"
#include "blocks.inl.h"

// Fewer queries than this would leave most of a block's rows empty.
enum { min_amx_queries = amx_side };

static bool runs_on_amx(const ck_attention *shape) {
  return shape->precision != ck_precision_highest && shape->query_length >= min_amx_queries;
}

/// Whole blocks of keys.
CK_INLINE span key_blocks(span keys) { return (span){keys.start / block_side, chunks_of(keys.end, block_side)}; }

/// Gives an operand the next part of some memory, and returns what is left.
CK_INLINE float *assign_memory(amx_operand *operand, float *memory) {
  operand->packed = memory;
  return memory + packed_matrix_floats(operand);
}

/// The rows of a head as lines of A.
CK_INLINE amx_operand head_lines(const ck_attention *shape, const float *x, ptrdiff_t stride, ptrdiff_t rows) {
  return (amx_operand){.x = x, .lines = rows, .k = shape->head_width, .row_stride = stride, .along = true,
                       .matrices = 1, .parts = parts_of(shape->precision)};
}

/// The same as columns of B.
CK_INLINE amx_operand head_columns(const ck_attention *shape, const float *x, ptrdiff_t stride, ptrdiff_t rows) {
  amx_operand columns = head_lines(shape, x, stride, rows);
  columns.columns = true;
  return columns;
}

/// The columns of B in a sum over the rows of a head: as many as a row has elements.
CK_INLINE amx_operand columns_over_rows(const ck_attention *shape, const float *x, ptrdiff_t stride, ptrdiff_t rows) {
  return (amx_operand){.x = x, .lines = shape->head_width, .k = rows, .row_stride = stride, .columns = true,
                       .matrices = 1, .parts = parts_of(shape->precision)};
}

/// The rows of a strip, which holds whole blocks of keys, as lines of A.
CK_INLINE amx_operand strip_lines(const ck_attention *shape, const float *strip, ptrdiff_t rows) {
  return (amx_operand){.x = strip, .lines = rows, .k = chunks_of(shape->key_length, block_side) * block_side,
                        .row_stride = strip_stride(shape->key_length), .along = true, .matrices = 1,
                        .parts = parts_of(shape->precision)};
}

/// strip[i, j] = row i · column j, for blocks of rows from the first on and for the blocks of columns that are seen.
static void fill_strip(const amx_operand *rows, const amx_operand *columns, float *strip, ptrdiff_t stride,
                       span seen) {
  // A strip holds whole blocks.
  amx_result result = {.c = strip, .row_stride = stride, .rows = blocks_of(rows) * block_side,
                        .columns = blocks_of(columns) * block_side};
  multiply_blocks(rows, columns, 0, (span){0, blocks_of(rows)}, key_blocks(seen), (span){0, steps_of(rows)}, &result);
}

/// Sets what a row of a strip holds besides `seen`, in the blocks that `seen` touches, to 0.
static void clear_unseen(float *row, span seen) {
  span blocks = key_blocks(seen);
  for (ptrdiff_t j = blocks.start * block_side; j < seen.start; j++) row[j] = 0;
  for (ptrdiff_t j = seen.end; j < blocks.end * block_side; j++) row[j] = 0;
}

// MARK: - Forward

/// The queries first ..< first + count, at most a block of them.
static void attend_block(const attention_job *job, const attention_head *head, const amx_operand *keys,
                         const amx_operand *values, float *memory, ptrdiff_t first, ptrdiff_t count) {
  const ck_attention *shape = job->shape;
  ptrdiff_t stride = strip_stride(shape->key_length);
  span seen = keys_seen(shape, first, first + count);
  float *strip = memory, *next = memory + block_side * stride, sums[block_side];
  const float *q = job->q + head->q + first * shape->query_stride;
  amx_operand queries = head_lines(shape, q, shape->query_stride, count);
  next = assign_memory(&queries, next);
  pack_whole(&queries);
  fill_strip(&queries, keys, strip, stride, seen);
  for (ptrdiff_t r = 0; r < count; r += CK_LANES) {
    weigh_scores(head, strip + r * stride, stride, first + r, lanes_of(count - r), seen, sums + r,
                 job->lse + head->lse + first + r);
  }
  for (ptrdiff_t r = 0; r < count; r++) clear_unseen(strip + r * stride, seen);

  // Keys that make a block of columns make a step along the sum.
  span blocks = key_blocks(seen);
  amx_operand weights = strip_lines(shape, strip, count);
  assign_memory(&weights, next);
  for (ptrdiff_t block = blocks.start; block < blocks.end; block++) pack_step(&weights, 0, 0, block);
  float *out = job->out + head->out + first * shape->output_stride;
  amx_result result = {.c = out, .row_stride = shape->output_stride, .rows = count, .columns = shape->head_width};
  multiply_blocks(&weights, values, 0, (span){0, 1}, (span){0, blocks_of(values)}, blocks, &result);
  for (ptrdiff_t r = 0; r < count; r++) divide_row(out + r * shape->output_stride, sums[r], shape->head_width);
}

static void attend_chunk_on_amx(const attention_job *job, attention_block block_at) {
  const ck_attention *shape = job->shape;
  ptrdiff_t group = shape->heads / shape->key_heads, key_head = block_at.key_head, b = block_at.b;
  span queries = block_at.queries;

  attention_head head = find_head(shape, b, key_head * group);
  amx_operand keys = head_columns(shape, job->k + head.k, shape->key_stride, shape->key_length);
  amx_operand values = columns_over_rows(shape, job->v + head.v, shape->value_stride, shape->key_length);
  amx_operand a_block = head_lines(shape, NULL, 0, block_side), weights = strip_lines(shape, NULL, block_side);
  ptrdiff_t size = packed_matrix_floats(&keys) + packed_matrix_floats(&values) + packed_matrix_floats(&a_block) +
                   packed_matrix_floats(&weights) + block_side * strip_stride(shape->key_length);
  float *memory = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)size);
  memory = assign_memory(&keys, memory);
  memory = assign_memory(&values, memory);
  pack_whole(&keys);
  pack_whole(&values);
  configure_amx();
  for (ptrdiff_t h = key_head * group; h < (key_head + 1) * group; h++) {
    head = find_head(shape, b, h);
    for (ptrdiff_t i = queries.start; i < queries.end; i += block_side) {
      ptrdiff_t left = queries.end - i;
      attend_block(job, &head, &keys, &values, memory, i, left < block_side ? left : block_side);
    }
  }
  _tile_release();
}

static void attention_amx_chunk(void *context, ptrdiff_t chunk) {
  attention_job job = *(const attention_job *)context;
  attention_block block_at = find_attention_block(&job, chunk);
  ck_attention own = attention_of_sequence(job.shape, block_at.b);
  job.shape = &own;
  attend_chunk_on_amx(&job, block_at);
}

// MARK: - Backward

/// What a chunk keeps in its scratch, beside the operands of one block of queries.
typedef struct amx_workspace {
  amx_operand keys, values, key_elements;  // for scores, for the weights' gradients, for the queries'
  float *weights, *dscores;                 // strips, [backward_block_queries, step]
  float *memory;                            // for what one block of queries takes
} amx_workspace;

/// Fills the strips for a block of queries, and writes their dq.
static void differentiate_queries_on_amx(const attention_backward_job *job, const attention_head *head,
                                          const amx_workspace *work, span block) {
  const ck_attention *shape = job->shape;
  ptrdiff_t stride = strip_stride(shape->key_length), count = block.end - block.start;
  span seen = keys_seen(shape, block.start, block.end), blocks = key_blocks(seen);
  const float *dout = job->dout + head->out + block.start * shape->output_stride;
  const float *out = job->out + head->out + block.start * shape->output_stride;
  amx_operand queries =
      head_lines(shape, job->q + head->q + block.start * shape->query_stride, shape->query_stride, count);
  amx_operand doutputs = head_lines(shape, dout, shape->output_stride, count);
  float *next = assign_memory(&doutputs, assign_memory(&queries, work->memory));
  pack_whole(&queries);
  pack_whole(&doutputs);
  fill_strip(&queries, &work->keys, work->weights, stride, seen);
  fill_strip(&doutputs, &work->values, work->dscores, stride, seen);
  for (ptrdiff_t r = 0; r < count; r++) {
    ptrdiff_t row = r * shape->output_stride, query = block.start + r;
    float delta = dot_span(dout + row, out + row, shape->head_width);
    differentiate_scores(head, work->weights + r * stride, work->dscores + r * stride, query,
                         job->lse[head->lse + query], delta, seen);
    clear_unseen(work->weights + r * stride, seen);
    clear_unseen(work->dscores + r * stride, seen);
  }
  amx_operand dscores = strip_lines(shape, work->dscores, count);
  assign_memory(&dscores, next);
  for (ptrdiff_t i = 0; i < blocks_of(&dscores); i++) {
    for (ptrdiff_t j = blocks.start; j < blocks.end; j++) pack_step(&dscores, 0, i, j);
  }
  amx_result dq = {.c = job->dq + head->q + block.start * shape->query_stride, .row_stride = shape->query_stride,
                    .rows = count, .columns = shape->head_width};
  multiply_blocks(&dscores, &work->key_elements, 0, (span){0, blocks_of(&dscores)},
                  (span){0, blocks_of(&work->key_elements)}, blocks, &dq);
}

/// dx[j] += Σ over the block's queries of strip[i, j] · rows[i], for every key j that the block sees.
static void add_to_keys_on_amx(const ck_attention *shape, const amx_workspace *work, const float *strip,
                                const float *rows, ptrdiff_t rows_stride, float *dx, ptrdiff_t dx_stride, span block) {
  ptrdiff_t count = block.end - block.start;
  amx_operand keys = {.x = strip, .lines = shape->key_length, .k = count, .row_stride = strip_stride(shape->key_length),
                       .matrices = 1, .parts = parts_of(shape->precision)};
  amx_operand elements = columns_over_rows(shape, rows, rows_stride, count);
  assign_memory(&elements, assign_memory(&keys, work->memory));
  span blocks = key_blocks(keys_seen(shape, block.start, block.end));
  for (ptrdiff_t j = blocks.start; j < blocks.end; j++) {
    for (ptrdiff_t i = 0; i < steps_of(&keys); i++) pack_step(&keys, 0, j, i);
  }
  pack_whole(&elements);
  amx_result result = {.c = dx, .row_stride = dx_stride, .rows = shape->key_length, .columns = shape->head_width,
                        .accumulate = true};
  multiply_blocks(&keys, &elements, 0, blocks, (span){0, blocks_of(&elements)}, (span){0, steps_of(&keys)}, &result);
}

static amx_workspace prepare_amx_workspace(const attention_backward_job *job, const attention_head *head) {
  const ck_attention *shape = job->shape;
  ptrdiff_t keys = shape->key_length, queries = backward_block_queries, strip = queries * strip_stride(keys);
  amx_workspace work = {
      .keys = head_columns(shape, job->k + head->k, shape->key_stride, keys),
      .values = head_columns(shape, job->v + head->v, shape->value_stride, keys),
      .key_elements = columns_over_rows(shape, job->k + head->k, shape->key_stride, keys),
  };
  // A block of queries takes two operands of its own heads and one of a strip at a time, or less.
  amx_operand rows = head_lines(shape, NULL, 0, queries), weights = strip_lines(shape, NULL, queries);
  ptrdiff_t size = packed_matrix_floats(&work.keys) + packed_matrix_floats(&work.values) +
                   packed_matrix_floats(&work.key_elements) + 2 * strip + 2 * packed_matrix_floats(&rows) +
                   packed_matrix_floats(&weights);
  work.weights = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)size);
  work.dscores = work.weights + strip;
  float *next = assign_memory(&work.keys, work.dscores + strip);
  work.memory = assign_memory(&work.key_elements, assign_memory(&work.values, next));
  pack_whole(&work.keys);
  pack_whole(&work.values);
  pack_whole(&work.key_elements);
  return work;
}

static void differentiate_block_on_amx(const attention_backward_job *job, const attention_head *head,
                                        const void *workspace, span block) {
  const amx_workspace *work = workspace;
  const ck_attention *shape = job->shape;
  differentiate_queries_on_amx(job, head, work, block);
  const float *dout = job->dout + head->out + block.start * shape->output_stride;
  const float *q = job->q + head->q + block.start * shape->query_stride;
  float *dk = job->dk + head->k, *dv = job->dv + head->v;
  add_to_keys_on_amx(shape, work, work->weights, dout, shape->output_stride, dv, shape->value_stride, block);
  add_to_keys_on_amx(shape, work, work->dscores, q, shape->query_stride, dk, shape->key_stride, block);
}

static void attention_backward_amx_chunk(void *context, ptrdiff_t chunk) {
  attention_backward_job job = *(const attention_backward_job *)context;
  attention_head first = first_head_of(job.shape, chunk);
  clear_key_gradients(&job, &first);
  ck_attention own = attention_of_sequence(job.shape, chunk / job.shape->key_heads);
  job.shape = &own;
  amx_workspace work = prepare_amx_workspace(&job, &first);
  configure_amx();
  differentiate_key_head(&job, chunk, &work, differentiate_block_on_amx);
  _tile_release();
}

#endif
