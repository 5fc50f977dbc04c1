// Matrix multiplication, after Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM TOMS 34 (2008), https://doi.org/10.1145/1356052.1356053, cut down to what a transformer's shapes need.
//
// In BLIS's words: the micro-kernel computes a tile of MR × NR (CK_MR rows, CK_NR_VECTORS vectors). A chunk of work is
// one panel of NR columns by a block of MC rows: for each KC deep slice of k, it runs the micro-kernel down the rows.
// The sum over k is never cut between threads.

#ifndef CK_MATMUL_H
#define CK_MATMUL_H

#include "../memory/scratch.h"
#include "matmul/dot.inl.h"
#include "matmul/micro_kernel.inl.h"
#include "matmul/packing.inl.h"
#if CK_AMX
#include "amx/matmul.inl.h"
#endif

enum {
  // Enough tiles that a chunk takes longer than handing it out, few enough that two threads share 128 rows evenly.
  min_mc = 64,
  max_mc = 512,
  // Enough that 2 to 8 threads end together.
  target_chunks = 24,
  // With fewer rows than this there is nothing to gain from packing: B is read once whatever one does.
  min_packed_rows = 5,
};

CK_INLINE ptrdiff_t block_start(ptrdiff_t block, ptrdiff_t blocks, ptrdiff_t rows) {
  if (block == blocks) return rows;
  return rows * block / blocks / CK_MR * CK_MR;
}

static ptrdiff_t count_row_blocks(ptrdiff_t rows, ptrdiff_t panel_count) {
  ptrdiff_t target = chunks_of(target_chunks, panel_count);
  ptrdiff_t min = chunks_of(rows, max_mc), max = rows / min_mc;
  ptrdiff_t blocks = target < max ? target : max;
  return blocks > min ? blocks : min;
}

CK_INLINE void matmul_chunk_of(const operand_format format, const matmul_job *job, ptrdiff_t chunk) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t panel = chunk % job->panels.count, block = chunk / job->panels.count % job->row_blocks;
  ptrdiff_t item = chunk / job->panels.count / job->row_blocks;
  ptrdiff_t column = panel_start(&job->panels, panel), columns = panel_end(&job->panels, panel) - column;
  ptrdiff_t row_start = block_start(block, job->row_blocks, shape->m);
  ptrdiff_t row_end = block_start(block + 1, job->row_blocks, shape->m);
  // Tiles that lie above the diagonal are left to those below it.
  if (shape->symmetric && row_start < column) row_start += (column - row_start) / CK_MR * CK_MR;
  if (row_start >= row_end) return;

  ptrdiff_t width = whole_vectors(columns);
  float *own = job->packed != NULL ? NULL : ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(max_kc * width));
  for (ptrdiff_t slice = 0; slice < job->slices; slice++) {
    span part = even_span_of(slice, job->slices, job->places);
    if (own != NULL) pack_slice(format, job, own, item, panel, part);
    tile t = {
        .k = part.end - part.start,
        .a_stride = job->a_stride,
        .b = own != NULL ? own : job->packed + packed_offset(job, item, panel) + part.start * width,
        .b_stride = width,
        .bias = slice == 0 && job->bias != NULL ? job->bias + column : NULL,
        .c_stride = shape->ldc,
        .columns = columns,
        .accumulate = shape->accumulate || slice > 0,
    };
    const float *a = job->a + item * job->a_item + part.start * job->a_stride;
    float *c = job->c + item * shape->stride_c + column;
    for (ptrdiff_t row = row_start; row < row_end; row += CK_MR) {
      set_tile_rows(&t, a + row * job->a_row, job->a_row, row_end - row);
      t.c = c + row * shape->ldc;
      micro_kernel(format, &t);
    }
  }
}

static void matmul_chunk(void *job, ptrdiff_t chunk) { matmul_chunk_of(floats, job, chunk); }
#if CK_VECTOR_PAIRS
static void matmul_chunk_of_pairs(void *job, ptrdiff_t chunk) { matmul_chunk_of(pairs, job, chunk); }
#endif

// MARK: - Few rows: a token at a time

// Some 256 KiB of B: ten microseconds of reading, where waking a thread may take as long.
enum { dot_chunk_elements = 65536 };

static ptrdiff_t columns_of_dot_chunk(const ck_matmul *shape) {
  return at_least_one(dot_chunk_elements / at_least_one(shape->k) / dots_at_once) * dots_at_once;
}

static void dot_chunk(void *context, ptrdiff_t chunk) {
  const matmul_job *job = context;
  const ck_matmul *shape = &job->shape;
  ptrdiff_t columns = columns_of_dot_chunk(shape), pieces = chunks_of(shape->n, columns);
  ptrdiff_t item = chunk / pieces;
  span part = span_of(chunk % pieces, columns, shape->n);
  const float *b = job->b + item * shape->stride_b + part.start * shape->ldb;
  float *dots = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)columns);
  for (ptrdiff_t i = 0; i < shape->m; i++) {
    dot_rows(dots, job->a + item * shape->stride_a + i * shape->lda, b, shape->ldb, part.end - part.start,
             shape->k);
    float *c = job->c + item * shape->stride_c + i * shape->ldc;
    for (ptrdiff_t j = part.start; j < part.end; j++) {
      float value = dots[j - part.start];
      if (job->bias != NULL) value += job->bias[j];
      c[j] = shape->accumulate ? c[j] + value : value;
    }
  }
}

// MARK: - Symmetric products

typedef struct mirror_job {
  ck_matmul shape;
  float *c;
  ptrdiff_t stripes;  // of CK_LANES rows, in a matrix
} mirror_job;

/// Copies what lies below the diagonal to above it, for a stripe of rows, block by block.
static void mirror_chunk(void *context, ptrdiff_t chunk) {
  const mirror_job *job = context;
  ptrdiff_t n = job->shape.n, ldc = job->shape.ldc;
  float *c = job->c + chunk / job->stripes * job->shape.stride_c;
  ptrdiff_t first = chunk % job->stripes * CK_LANES, end = first + lanes_of(n - first);
  for (ptrdiff_t i = first; i < end; i++) {
    for (ptrdiff_t j = i + 1; j < end; j++) c[i * ldc + j] = c[j * ldc + i];
  }
  for (ptrdiff_t column = first + CK_LANES; column < n; column += CK_LANES) {
    ptrdiff_t lanes = lanes_of(n - column);
    vec block[CK_LANES];
    for (ptrdiff_t r = 0; r < CK_LANES; r++) block[r] = r < lanes ? load(c + (column + r) * ldc + first) : (vec){};
    transpose_block(block);
    for (ptrdiff_t r = 0; r < CK_LANES; r++) store_first(c + (first + r) * ldc + column, block[r], lanes);
  }
}

static void mirror(ck_pool *pool, float *c, const ck_matmul *shape) {
  mirror_job job = {.shape = *shape, .c = c, .stripes = chunks_of(shape->n, CK_LANES)};
  ck_pool_run(pool, shape->batch * job.stripes, mirror_chunk, &job);
}

// MARK: - The kernel

/// One B for all items, and the rows of A and C follow each other: one tall product.
static ck_matmul without_batch(ck_matmul shape) {
  bool tall = !shape.symmetric && shape.stride_b == 0 && !shape.transpose_a && shape.stride_a == shape.m * shape.lda &&
              shape.stride_c == shape.m * shape.ldc;
  if (tall && shape.batch > 1) {
    shape.m *= shape.batch;
    shape.batch = 1;
  }
  return shape;
}

CK_INLINE void multiply_all(const operand_format format, ck_pool *pool, matmul_job *job,
                            void (*body)(void *job, ptrdiff_t chunk)) {
  const ck_matmul *shape = &job->shape;
  job->panels = cut_panels(shape->n);
  job->places = places_of(format, shape->k);
  job->slices = at_least_one(chunks_of(job->places, max_kc));
  job->row_blocks = count_row_blocks(shape->m, job->panels.count * shape->batch);
  prepare(format, pool, job);
  ck_pool_run(pool, shape->batch * job->row_blocks * job->panels.count, body, job);
}

static void multiply(ck_pool *pool, void *c, const void *a, const void *b, const void *bias,
                     const ck_matmul *shape) {
  matmul_job job = {.shape = without_batch(*shape), .c = c, .a = a, .b = b, .bias = bias};
  ptrdiff_t m = job.shape.m, n = job.shape.n, batch = job.shape.batch;
  if (m <= 0 || n <= 0 || batch <= 0) return;
  if (m < min_packed_rows && job.shape.transpose_b && !job.shape.transpose_a) {
    ptrdiff_t columns = columns_of_dot_chunk(&job.shape);
    ck_pool_run(pool, batch * chunks_of(n, columns), dot_chunk, &job);
    return;
  }
#if CK_AMX
  if (shape->precision != ck_precision_highest) {
    matmul_on_amx(pool, c, a, b, bias, &job.shape);
    return;
  }
#endif
#if CK_VECTOR_PAIRS
  if (shape->precision == ck_precision_medium) {
    multiply_all(pairs, pool, &job, matmul_chunk_of_pairs);
    return;
  }
#endif
  multiply_all(floats, pool, &job, matmul_chunk);
}

static void matmul(ck_pool *pool, void *c, const void *a, const void *b, const void *bias,
                   const ck_matmul *shape) {
  multiply(pool, c, a, b, bias, shape);
  if (shape->symmetric) mirror(pool, c, shape);
}

#endif
