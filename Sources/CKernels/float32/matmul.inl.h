// Matrix multiplication, after Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM TOMS 34 (2008), https://doi.org/10.1145/1356052.1356053, cut down to what a transformer's shapes need.
//
// A chunk of work is one panel of columns of C by a block of its rows. It packs its panel of B, a slice of k
// at a time, into memory of its own, so that a tile reads it in order, and then runs tile after tile down
// the rows. A is read where it lies, since a tile needs single elements of it. The sum over k is never
// cut between threads.

enum {
  // A slice of B's panel takes slice_depth · 48 · 4 bytes = 96 KiB: it stays in L2 while the rows stream by.
  slice_depth = 512,
  // Packing costs about 0.4 cycles an element, a tile's row 1/16: below some 100 rows packing would show.
  fewest_block_rows = 128,
  most_block_rows = 512,
  // Enough that 2 to 8 threads end together; more would only pack more.
  wanted_chunks = 24,
  // With fewer rows than this there is nothing to gain from packing: B is read once whatever one does.
  fewest_packed_rows = 5,
};

typedef struct matmul_job {
  ck_matmul shape;
  float *c;
  const float *a, *b, *bias;
  panels panels;
  ptrdiff_t row_blocks;
} matmul_job;

CK_INLINE ptrdiff_t block_start(ptrdiff_t block, ptrdiff_t blocks, ptrdiff_t rows) {
  if (block == blocks) return rows;
  return rows * block / blocks / CK_TILE_ROWS * CK_TILE_ROWS;
}

static ptrdiff_t count_row_blocks(ptrdiff_t rows, ptrdiff_t panel_count) {
  ptrdiff_t wanted = chunks_of(wanted_chunks, panel_count);
  ptrdiff_t fewest = chunks_of(rows, most_block_rows), most = rows / fewest_block_rows;
  ptrdiff_t blocks = wanted < most ? wanted : most;
  return blocks > fewest ? blocks : fewest;
}

/// One panel by one block of rows, over the slice of k from `p` on.
static void multiply_slice(const matmul_job *job, tile *t, const float *a, float *c, ptrdiff_t row,
                           ptrdiff_t row_end) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t a_row = shape->transpose_a ? 1 : shape->lda;
  for (; row < row_end; row += CK_TILE_ROWS) {
    set_tile_rows(t, a + row * a_row, a_row, row_end - row);
    t->c = c + row * shape->ldc;
    multiply_tile(t);
  }
}

static void matmul_chunk(void *context, ptrdiff_t chunk) {
  const matmul_job *job = context;
  const ck_matmul *shape = &job->shape;
  ptrdiff_t panel = chunk % job->panels.count, block = chunk / job->panels.count % job->row_blocks;
  ptrdiff_t item = chunk / job->panels.count / job->row_blocks;
  ptrdiff_t column = panel_start(&job->panels, panel), columns = panel_end(&job->panels, panel) - column;
  ptrdiff_t row = block_start(block, job->row_blocks, shape->m);
  ptrdiff_t row_end = block_start(block + 1, job->row_blocks, shape->m);

  const float *a = job->a + item * shape->stride_a, *b = job->b + item * shape->stride_b;
  float *c = job->c + item * shape->stride_c + column;
  ptrdiff_t a_step = shape->transpose_a ? shape->lda : 1, width = whole_vectors(columns);
  ptrdiff_t slices = at_least_one(chunks_of(shape->k, slice_depth));
  float *packed = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(slice_depth * width));
  for (ptrdiff_t slice = 0; slice < slices; slice++) {
    span k = even_span_of(slice, slices, shape->k);
    ptrdiff_t p = k.start, depth = k.end - k.start;
    if (shape->transpose_b) {
      pack_transposed_panel(packed, b + column * shape->ldb + p, shape->ldb, depth, columns);
    } else {
      pack_panel(packed, b + p * shape->ldb + column, shape->ldb, depth, columns);
    }
    tile t = {
        .k = depth,
        .a_step = a_step,
        .b = packed,
        .b_step = width,
        .bias = slice == 0 && job->bias != NULL ? job->bias + column : NULL,
        .c_step = shape->ldc,
        .columns = columns,
        .accumulate = shape->accumulate || slice > 0,
    };
    multiply_slice(job, &t, a + p * a_step, c, row, row_end);
  }
}

// MARK: - Few rows: a token at a time

// Some 64 KiB of B: a few microseconds of reading.
enum { dot_chunk_elements = 16384 };

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

// MARK: - The kernel

/// One B for all items, and the rows of A and C follow each other: one tall product.
static ck_matmul without_batch(ck_matmul shape) {
  bool tall = shape.stride_b == 0 && !shape.transpose_a && shape.stride_a == shape.m * shape.lda &&
              shape.stride_c == shape.m * shape.ldc;
  if (tall && shape.batch > 1) {
    shape.m *= shape.batch;
    shape.batch = 1;
  }
  return shape;
}

static void matmul(ck_pool *pool, void *c, const void *a, const void *b, const void *bias,
                   const ck_matmul *shape) {
  matmul_job job = {.shape = without_batch(*shape), .c = c, .a = a, .b = b, .bias = bias};
  ptrdiff_t m = job.shape.m, n = job.shape.n, batch = job.shape.batch;
  if (m <= 0 || n <= 0 || batch <= 0) return;
  if (m < fewest_packed_rows && job.shape.transpose_b && !job.shape.transpose_a) {
    ptrdiff_t columns = columns_of_dot_chunk(&job.shape);
    ck_pool_run(pool, batch * chunks_of(n, columns), dot_chunk, &job);
    return;
  }
  job.panels = cut_panels(n);
  job.row_blocks = count_row_blocks(m, job.panels.count * batch);
  ck_pool_run(pool, batch * job.row_blocks * job.panels.count, matmul_chunk, &job);
}
