// Attention whose products run on a matrix unit, for blocks of queries where vectors take tiles. Softmax and its
// derivative are the same code, on the same strips of scores.

#ifndef CK_AMX_ATTENTION_H
#define CK_AMX_ATTENTION_H

#include "../../memory/scratch.h"
#include "../attention/scores.inl.h"
#include "../matmul/dot.inl.h"
#include "blocks.inl.h"

// Fewer queries than this would leave most of a block's rows empty.
enum { fewest_unit_queries = unit_side };

static bool takes_unit(const ck_attention *shape) {
  return shape->precision != ck_precision_highest && shape->query_length >= fewest_unit_queries;
}

/// Whole blocks of keys.
CK_INLINE span key_blocks(span keys) { return (span){keys.start / block_side, chunks_of(keys.end, block_side)}; }

/// Gives an operand the next part of some memory, and returns what is left.
CK_INLINE float *place_operand(unit_operand *operand, float *memory) {
  operand->packed = memory;
  return memory + packed_matrix_floats(operand);
}

/// The rows of a head as lines of A.
CK_INLINE unit_operand head_lines(const ck_attention *shape, const float *x, ptrdiff_t step, ptrdiff_t rows) {
  return (unit_operand){.x = x, .lines = rows, .k = shape->head_width, .step = step, .along = true, .matrices = 1,
                        .parts = parts_of(shape->precision)};
}

/// The same as columns of B.
CK_INLINE unit_operand head_columns(const ck_attention *shape, const float *x, ptrdiff_t step, ptrdiff_t rows) {
  unit_operand columns = head_lines(shape, x, step, rows);
  columns.columns = true;
  return columns;
}

/// The columns of B in a sum over the rows of a head: as many as a row has elements.
CK_INLINE unit_operand columns_over_rows(const ck_attention *shape, const float *x, ptrdiff_t step, ptrdiff_t rows) {
  return (unit_operand){.x = x, .lines = shape->head_width, .k = rows, .step = step, .columns = true, .matrices = 1,
                        .parts = parts_of(shape->precision)};
}

/// The rows of a strip, which holds whole blocks of keys, as lines of A.
CK_INLINE unit_operand strip_lines(const ck_attention *shape, const float *strip, ptrdiff_t rows) {
  return (unit_operand){.x = strip, .lines = rows, .k = chunks_of(shape->key_length, block_side) * block_side,
                        .step = strip_step(shape->key_length), .along = true, .matrices = 1,
                        .parts = parts_of(shape->precision)};
}

/// strip[i, j] = row i · column j, for blocks of rows from the first on and for the blocks of columns that are seen.
static void fill_strip(const unit_operand *rows, const unit_operand *columns, float *strip, ptrdiff_t step,
                       span seen) {
  // A strip holds whole blocks.
  unit_result result = {.c = strip, .step = step, .rows = blocks_of(rows) * block_side,
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
static void attend_block(const attention_job *job, const attention_head *head, const unit_operand *keys,
                         const unit_operand *values, float *memory, ptrdiff_t first, ptrdiff_t count) {
  const ck_attention *shape = job->shape;
  ptrdiff_t step = strip_step(shape->key_length);
  span seen = keys_seen(shape, first, first + count);
  float *strip = memory, *next = memory + block_side * step, sums[block_side];
  const float *q = job->q + head->q + first * shape->query_stride;
  unit_operand queries = head_lines(shape, q, shape->query_stride, count);
  next = place_operand(&queries, next);
  pack_whole(&queries);
  fill_strip(&queries, keys, strip, step, seen);
  for (ptrdiff_t r = 0; r < count; r += CK_LANES) {
    weigh_scores(head, strip + r * step, step, first + r, lanes_of(count - r), seen, sums + r,
                 job->lse + head->lse + first + r);
  }
  for (ptrdiff_t r = 0; r < count; r++) clear_unseen(strip + r * step, seen);

  // Keys that make a block of columns make a step along the sum.
  span blocks = key_blocks(seen);
  unit_operand weights = strip_lines(shape, strip, count);
  place_operand(&weights, next);
  for (ptrdiff_t block = blocks.start; block < blocks.end; block++) pack_step(&weights, 0, 0, block);
  float *out = job->out + head->out + first * shape->output_stride;
  unit_result result = {.c = out, .step = shape->output_stride, .rows = count, .columns = shape->head_width};
  multiply_blocks(&weights, values, 0, (span){0, 1}, (span){0, blocks_of(values)}, blocks, &result);
  for (ptrdiff_t r = 0; r < count; r++) divide_row(out + r * shape->output_stride, sums[r], shape->head_width);
}

static void attend_chunk_on_unit(const attention_job *job, attention_chunk_place place) {
  const ck_attention *shape = job->shape;
  ptrdiff_t group = shape->heads / shape->key_heads, key_head = place.key_head, b = place.b;
  span queries = place.queries;

  attention_head head = find_head(shape, b, key_head * group);
  unit_operand keys = head_columns(shape, job->k + head.k, shape->key_stride, shape->key_length);
  unit_operand values = columns_over_rows(shape, job->v + head.v, shape->value_stride, shape->key_length);
  unit_operand a_block = head_lines(shape, NULL, 0, block_side), weights = strip_lines(shape, NULL, block_side);
  ptrdiff_t size = packed_matrix_floats(&keys) + packed_matrix_floats(&values) + packed_matrix_floats(&a_block) +
                   packed_matrix_floats(&weights) + block_side * strip_step(shape->key_length);
  float *memory = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)size);
  memory = place_operand(&keys, memory);
  memory = place_operand(&values, memory);
  pack_whole(&keys);
  pack_whole(&values);
  take_unit();
  for (ptrdiff_t h = key_head * group; h < (key_head + 1) * group; h++) {
    head = find_head(shape, b, h);
    for (ptrdiff_t i = queries.start; i < queries.end; i += block_side) {
      ptrdiff_t left = queries.end - i;
      attend_block(job, &head, &keys, &values, memory, i, left < block_side ? left : block_side);
    }
  }
  _tile_release();
}

static void attention_unit_chunk(void *context, ptrdiff_t chunk) {
  attention_job job = *(const attention_job *)context;
  attention_chunk_place place = place_of_attention_chunk(&job, chunk);
  ck_attention own = attention_of_sequence(job.shape, place.b);
  job.shape = &own;
  attend_chunk_on_unit(&job, place);
}

// MARK: - Backward

/// What a chunk keeps in its scratch, beside the operands of one block of queries.
typedef struct unit_workspace {
  unit_operand keys, values, key_elements;  // for scores, for the weights' gradients, for the queries'
  float *weights, *dscores;                 // strips, [backward_block_queries, step]
  float *memory;                            // for what one block of queries takes
} unit_workspace;

/// Fills the strips for a block of queries, and writes their dq.
static void differentiate_queries_on_unit(const attention_backward_job *job, const attention_head *head,
                                          const unit_workspace *work, span block) {
  const ck_attention *shape = job->shape;
  ptrdiff_t step = strip_step(shape->key_length), count = block.end - block.start;
  span seen = keys_seen(shape, block.start, block.end), blocks = key_blocks(seen);
  const float *dout = job->dout + head->out + block.start * shape->output_stride;
  const float *out = job->out + head->out + block.start * shape->output_stride;
  unit_operand queries =
      head_lines(shape, job->q + head->q + block.start * shape->query_stride, shape->query_stride, count);
  unit_operand doutputs = head_lines(shape, dout, shape->output_stride, count);
  float *next = place_operand(&doutputs, place_operand(&queries, work->memory));
  pack_whole(&queries);
  pack_whole(&doutputs);
  fill_strip(&queries, &work->keys, work->weights, step, seen);
  fill_strip(&doutputs, &work->values, work->dscores, step, seen);
  for (ptrdiff_t r = 0; r < count; r++) {
    ptrdiff_t row = r * shape->output_stride, query = block.start + r;
    float mean_gradient = dot_span(dout + row, out + row, shape->head_width);
    differentiate_scores(head, work->weights + r * step, work->dscores + r * step, query,
                         job->lse[head->lse + query], mean_gradient, seen);
    clear_unseen(work->weights + r * step, seen);
    clear_unseen(work->dscores + r * step, seen);
  }
  unit_operand dscores = strip_lines(shape, work->dscores, count);
  place_operand(&dscores, next);
  for (ptrdiff_t i = 0; i < blocks_of(&dscores); i++) {
    for (ptrdiff_t j = blocks.start; j < blocks.end; j++) pack_step(&dscores, 0, i, j);
  }
  unit_result dq = {.c = job->dq + head->q + block.start * shape->query_stride, .step = shape->query_stride,
                    .rows = count, .columns = shape->head_width};
  multiply_blocks(&dscores, &work->key_elements, 0, (span){0, blocks_of(&dscores)},
                  (span){0, blocks_of(&work->key_elements)}, blocks, &dq);
}

/// dx[j] += Σ over the block's queries of strip[i, j] · rows[i], for every key j that the block sees.
static void add_to_keys_on_unit(const ck_attention *shape, const unit_workspace *work, const float *strip,
                                const float *rows, ptrdiff_t rows_step, float *dx, ptrdiff_t dx_step, span block) {
  ptrdiff_t count = block.end - block.start;
  unit_operand keys = {.x = strip, .lines = shape->key_length, .k = count, .step = strip_step(shape->key_length),
                       .matrices = 1, .parts = parts_of(shape->precision)};
  unit_operand elements = columns_over_rows(shape, rows, rows_step, count);
  place_operand(&elements, place_operand(&keys, work->memory));
  span blocks = key_blocks(keys_seen(shape, block.start, block.end));
  for (ptrdiff_t j = blocks.start; j < blocks.end; j++) {
    for (ptrdiff_t i = 0; i < steps_of(&keys); i++) pack_step(&keys, 0, j, i);
  }
  pack_whole(&elements);
  unit_result result = {.c = dx, .step = dx_step, .rows = shape->key_length, .columns = shape->head_width,
                        .accumulate = true};
  multiply_blocks(&keys, &elements, 0, blocks, (span){0, blocks_of(&elements)}, (span){0, steps_of(&keys)}, &result);
}

static unit_workspace prepare_unit_workspace(const attention_backward_job *job, const attention_head *head) {
  const ck_attention *shape = job->shape;
  ptrdiff_t keys = shape->key_length, queries = backward_block_queries, strip = queries * strip_step(keys);
  unit_workspace work = {
      .keys = head_columns(shape, job->k + head->k, shape->key_stride, keys),
      .values = head_columns(shape, job->v + head->v, shape->value_stride, keys),
      .key_elements = columns_over_rows(shape, job->k + head->k, shape->key_stride, keys),
  };
  // A block of queries takes two operands of its own heads and one of a strip at a time, or less.
  unit_operand rows = head_lines(shape, NULL, 0, queries), weights = strip_lines(shape, NULL, queries);
  ptrdiff_t size = packed_matrix_floats(&work.keys) + packed_matrix_floats(&work.values) +
                   packed_matrix_floats(&work.key_elements) + 2 * strip + 2 * packed_matrix_floats(&rows) +
                   packed_matrix_floats(&weights);
  work.weights = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)size);
  work.dscores = work.weights + strip;
  float *next = place_operand(&work.keys, work.dscores + strip);
  work.memory = place_operand(&work.key_elements, place_operand(&work.values, next));
  pack_whole(&work.keys);
  pack_whole(&work.values);
  pack_whole(&work.key_elements);
  return work;
}

static void differentiate_block_on_unit(const attention_backward_job *job, const attention_head *head,
                                        const void *workspace, span block) {
  const unit_workspace *work = workspace;
  const ck_attention *shape = job->shape;
  differentiate_queries_on_unit(job, head, work, block);
  const float *dout = job->dout + head->out + block.start * shape->output_stride;
  const float *q = job->q + head->q + block.start * shape->query_stride;
  float *dk = job->dk + head->k, *dv = job->dv + head->v;
  add_to_keys_on_unit(shape, work, work->weights, dout, shape->output_stride, dv, shape->value_stride, block);
  add_to_keys_on_unit(shape, work, work->dscores, q, shape->query_stride, dk, shape->key_stride, block);
}

static void attention_backward_unit_chunk(void *context, ptrdiff_t chunk) {
  attention_backward_job job = *(const attention_backward_job *)context;
  attention_head first = first_head_of(job.shape, chunk);
  clear_key_gradients(&job, &first);
  ck_attention own = attention_of_sequence(job.shape, chunk / job.shape->key_heads);
  job.shape = &own;
  unit_workspace work = prepare_unit_workspace(&job, &first);
  take_unit();
  differentiate_key_head(&job, chunk, &work, differentiate_block_on_unit);
  _tile_release();
}

#endif
