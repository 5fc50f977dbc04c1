// The matrix product on AMX: operands packed by all threads, then blocks of C. A column of blocks that one
// chunk alone wants is packed there, where it stays in the cache.

#ifndef CK_AMX_MATMUL_H
#define CK_AMX_MATMUL_H

#include "../../memory/scratch.h"
#include "../matmul/packing.inl.h"
#include "blocks.inl.h"

enum {
  // Steps times parts in a slice: 32 KiB of B, which stay in the nearest cache while A streams by.
  slice_steps = 16,
  // Enough that 2 to 8 threads end together, few enough that a chunk takes longer than handing it out.
  target_amx_chunks = 16,
};

typedef struct amx_matmul_job {
  amx_operand a, b;
  amx_result result;
  ptrdiff_t result_stride;  // between matrices
  ptrdiff_t row_chunks;     // that the rows of a column of blocks are cut into
} amx_matmul_job;

static void pack_amx_chunk(void *context, ptrdiff_t chunk) {
  const amx_matmul_job *job = context;
  ptrdiff_t pieces_of_a = packing_pieces(&job->a);
  if (chunk < pieces_of_a) {
    pack_piece(&job->a, chunk);
  } else {
    pack_piece(&job->b, chunk - pieces_of_a);
  }
}

/// A column of blocks of B, packed by the chunk that wants it.
static amx_operand own_columns(const amx_operand *operand, ptrdiff_t item, ptrdiff_t block) {
  amx_operand own = *operand;
  ptrdiff_t matrix = operand->matrices == 1 ? 0 : item, line = block * block_side, left = operand->lines - line;
  own.x += matrix * operand->matrix_stride + (operand->along ? line * operand->row_stride : line);
  own.lines = left < block_side ? left : block_side;
  own.matrices = 1;
  own.packed = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)packed_matrix_floats(&own));
  pack_whole(&own);
  return own;
}

/// Some rows of a column of blocks, slice by slice along the sum.
static void amx_matmul_chunk(void *context, ptrdiff_t chunk) {
  const amx_matmul_job *job = context;
  ptrdiff_t column_blocks = blocks_of(&job->b), column_block = chunk % column_blocks;
  ptrdiff_t item = chunk / column_blocks / job->row_chunks;
  span row_blocks = even_span_of(chunk / column_blocks % job->row_chunks, job->row_chunks, blocks_of(&job->a));
  ptrdiff_t slices = at_least_one(chunks_of(steps_of(&job->a) * job->a.parts, slice_steps));
  amx_operand b = job->b;
  amx_result result = job->result;
  result.c += item * job->result_stride;
  if (b.packed == NULL) {
    b = own_columns(&job->b, item, column_block);
    ptrdiff_t column = column_block * block_side;
    result.c += column;
    result.columns -= column;
    if (result.bias != NULL) result.bias += column;
    column_block = 0;
  }
  configure_amx();
  for (ptrdiff_t slice = 0; slice < slices; slice++) {
    if (slice > 0) result.bias = NULL;
    result.accumulate = job->result.accumulate || slice > 0;
    multiply_blocks(&job->a, &b, item, row_blocks, (span){column_block, column_block + 1},
                    even_span_of(slice, slices, steps_of(&job->a)), &result);
  }
  _tile_release();
}

static void matmul_on_amx(ck_pool *pool, float *c, const float *a, const float *b, const float *bias,
                             const ck_matmul *shape) {
  ptrdiff_t parts = parts_of(shape->precision);
  amx_matmul_job job = {
      .a = {.x = a, .lines = shape->m, .k = shape->k, .row_stride = shape->lda, .matrix_stride = shape->stride_a,
            .along = !shape->transpose_a, .matrices = shape->stride_a == 0 ? 1 : shape->batch, .parts = parts},
      .b = {.x = b, .lines = shape->n, .k = shape->k, .row_stride = shape->ldb, .matrix_stride = shape->stride_b,
            .along = shape->transpose_b, .columns = true, .matrices = shape->stride_b == 0 ? 1 : shape->batch,
            .parts = parts},
      .result = {c, shape->ldc, shape->m, shape->n, bias, shape->accumulate},
      .result_stride = shape->stride_c,
  };
  ptrdiff_t row_blocks = blocks_of(&job.a), column_blocks = blocks_of(&job.b);
  ptrdiff_t target = chunks_of(target_amx_chunks, column_blocks * shape->batch);
  job.row_chunks = target < row_blocks ? target : row_blocks;

  ptrdiff_t size_a = job.a.matrices * packed_matrix_floats(&job.a);
  ptrdiff_t size_b = job.b.matrices * packed_matrix_floats(&job.b), pieces = packing_pieces(&job.a);
  // What is stored along the sum lies together for one column of blocks as it does for all.
  if ((job.row_chunks == 1 && job.b.along) || size_b > max_packed_floats) size_b = 0;
  job.a.packed = ck_scratch(ck_scratch_caller, sizeof(float) * (size_t)(size_a + size_b));
  if (size_b > 0) {
    job.b.packed = job.a.packed + size_a;
    pieces += packing_pieces(&job.b);
  }
  ck_pool_run(pool, pieces, pack_amx_chunk, &job);
  ck_pool_run(pool, shape->batch * column_blocks * job.row_chunks, amx_matmul_chunk, &job);
}

#endif
