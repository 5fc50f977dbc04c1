// A matrix product's operands, as its tiles want them: B packed into panels, and in `medium` precision A and B made
// of pairs.
//
// Where several blocks of rows want the same panel, B is packed once for all of them, before they run. A is read
// where it lies, since a tile needs single elements of it, but for the rounding.

#ifndef CK_MATMUL_PACKING_H
#define CK_MATMUL_PACKING_H

#include "../../memory/scratch.h"
#include "../vectors/bfloat16.inl.h"
#include "../vectors/chunks.inl.h"
#include "micro_kernel.inl.h"

enum {
  // A slice of B's panel takes max_kc · 48 · 4 bytes = 96 KiB: it stays in L2 while the rows stream by.
  max_kc = 512,
  // More memory than this is not asked for to pack B once: 32 MiB.
  max_packed_floats = 8 << 20,
};

typedef struct matmul_job {
  ck_matmul shape;
  float *c;
  const float *a, *b, *bias;
  ptrdiff_t a_row, a_stride, a_item;  // between rows of op(A), places along k, and matrices
  const float *packed;              // all panels of B, or NULL where each chunk packs its own
  panels panels;
  ptrdiff_t places, slices;  // along k, and the runs that these are cut into
  ptrdiff_t row_blocks;
} matmul_job;

// MARK: - B

/// Where a panel of a matrix begins among all that are packed.
CK_INLINE ptrdiff_t packed_offset(const matmul_job *job, ptrdiff_t item, ptrdiff_t panel) {
  ptrdiff_t matrix = job->shape.stride_b == 0 ? 0 : item * whole_vectors(job->shape.n);
  return (matrix + panel_start(&job->panels, panel)) * job->places;
}

/// Packs the slice `part` of a panel.
CK_INLINE void pack_slice(const operand_format format, const matmul_job *job, float *packed, ptrdiff_t item,
                          ptrdiff_t panel, span part) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t column = panel_start(&job->panels, panel), columns = panel_end(&job->panels, panel) - column;
  ptrdiff_t p = first_at(format, part.start), end = first_at(format, part.end);
  ptrdiff_t depth = (end < shape->k ? end : shape->k) - p;
  const float *b = job->b + item * shape->stride_b;
  if (shape->transpose_b) {
    pack_transposed_panel(format, packed, b + column * shape->ldb + p, shape->ldb, depth, columns);
  } else {
    pack_panel(format, packed, b + p * shape->ldb + column, shape->ldb, depth, columns);
  }
}

// MARK: - A in pairs

/// How many rows of places there are: one for a row of A, or for a pair of rows of what is stored transposed.
CK_INLINE ptrdiff_t rows_of_places(const matmul_job *job) {
  return job->shape.transpose_a ? job->places : job->shape.m;
}

CK_INLINE ptrdiff_t width_of_places(const matmul_job *job) {
  return job->shape.transpose_a ? job->shape.m : job->places;
}

/// Rounds some rows of a matrix into `pairs_of_a`, which is stored as A is, without gaps.
static void round_rows(const matmul_job *job, float *pairs_of_a, const float *a, span rows) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t width = width_of_places(job);
  for (ptrdiff_t row = rows.start; row < rows.end; row++) {
    for (ptrdiff_t i = 0; i < width; i += CK_LANES) {
      ptrdiff_t lanes = lanes_of(width - i);
      vec rounded = shape->transpose_a
                        ? load_down(pairs, a + 2 * row * shape->lda + i, shape->lda, shape->k - 2 * row, lanes)
                        : load_along(pairs, a + row * shape->lda + 2 * i, shape->k - 2 * i);
      store_first(pairs_of_a + row * width + i, rounded, lanes);
    }
  }
}

// MARK: - Beforehand

typedef struct preparation {
  const matmul_job *job;
  float *pairs_of_a, *packed;  // or NULL
  ptrdiff_t rounding_chunks, pieces;  // of A in all, and of one matrix
} preparation;

CK_INLINE void prepare_chunk_of(const operand_format format, const preparation *work, ptrdiff_t chunk) {
  const matmul_job *job = work->job;
  if (format == pairs && chunk < work->rounding_chunks) {
    ptrdiff_t item = chunk / work->pieces, grain = rows_of_chunk(width_of_places(job));
    span rows = span_of(chunk % work->pieces, grain, rows_of_places(job));
    round_rows(job, work->pairs_of_a + item * rows_of_places(job) * width_of_places(job),
               job->a + item * job->shape.stride_a, rows);
  } else {
    chunk -= work->rounding_chunks;
    ptrdiff_t panel = chunk / job->slices % job->panels.count, item = chunk / job->slices / job->panels.count;
    span part = even_span_of(chunk % job->slices, job->slices, job->places);
    ptrdiff_t width = whole_vectors(panel_end(&job->panels, panel) - panel_start(&job->panels, panel));
    float *packed = work->packed + packed_offset(job, item, panel) + part.start * width;
    pack_slice(format, job, packed, item, panel, part);
  }
}

static void prepare_floats(void *work, ptrdiff_t chunk) { prepare_chunk_of(floats, work, chunk); }
#if CK_VECTOR_PAIRS
static void prepare_pairs(void *work, ptrdiff_t chunk) { prepare_chunk_of(pairs, work, chunk); }
#endif

/// Points the job at operands that are ready for its chunks.
CK_INLINE void prepare(const operand_format format, ck_pool *pool, matmul_job *job) {
  const ck_matmul *shape = &job->shape;
  job->a_row = shape->transpose_a ? 1 : shape->lda;
  job->a_stride = shape->transpose_a ? shape->lda : 1;
  job->a_item = shape->stride_a;
  ptrdiff_t matrices_a = shape->stride_a == 0 ? 1 : shape->batch, matrices_b = shape->stride_b == 0 ? 1 : shape->batch;
  ptrdiff_t size_a = format == pairs ? matrices_a * shape->m * job->places : 0;
  ptrdiff_t size_b = matrices_b * whole_vectors(shape->n) * job->places;
  if (job->row_blocks == 1 || size_b > max_packed_floats) size_b = 0;
  if (size_a + size_b == 0) return;

  float *memory = ck_scratch(ck_scratch_caller, sizeof(float) * (size_t)(size_a + size_b));
  preparation work = {.job = job, .pairs_of_a = memory, .packed = memory + size_a};
  work.pieces = chunks_of(rows_of_places(job), rows_of_chunk(width_of_places(job)));
  work.rounding_chunks = size_a > 0 ? matrices_a * work.pieces : 0;
  ptrdiff_t packing_chunks = size_b > 0 ? matrices_b * job->panels.count * job->slices : 0;
#if CK_VECTOR_PAIRS
  if (format == pairs) {
    ck_pool_run(pool, work.rounding_chunks + packing_chunks, prepare_pairs, &work);
    job->a = work.pairs_of_a;
    job->a_row = shape->transpose_a ? 1 : job->places;
    job->a_stride = shape->transpose_a ? shape->m : 1;
    job->a_item = matrices_a == 1 ? 0 : shape->m * job->places;
  }
#endif
  if (format == floats) ck_pool_run(pool, packing_chunks, prepare_floats, &work);
  if (size_b > 0) job->packed = work.packed;
}

#endif
