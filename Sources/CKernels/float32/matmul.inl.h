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
  ptrdiff_t a_row, a_step, a_item;  // between rows of op(A), places along k, and matrices
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

/// One panel by one block of rows, over a slice of k.
CK_INLINE void multiply_slice(const factors made_of, const matmul_job *job, tile *t, const float *a, float *c,
                              ptrdiff_t row, ptrdiff_t row_end) {
  for (; row < row_end; row += CK_TILE_ROWS) {
    set_tile_rows(t, a + row * job->a_row, job->a_row, row_end - row);
    t->c = c + row * job->shape.ldc;
    multiply_tile(made_of, t);
  }
}

CK_INLINE void matmul_chunk_of(const factors made_of, const matmul_job *job, ptrdiff_t chunk) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t panel = chunk % job->panels.count, block = chunk / job->panels.count % job->row_blocks;
  ptrdiff_t item = chunk / job->panels.count / job->row_blocks;
  ptrdiff_t column = panel_start(&job->panels, panel), columns = panel_end(&job->panels, panel) - column;
  ptrdiff_t row = block_start(block, job->row_blocks, shape->m);
  ptrdiff_t row_end = block_start(block + 1, job->row_blocks, shape->m);

  const float *a = job->a + item * job->a_item, *b = job->b + item * shape->stride_b;
  float *c = job->c + item * shape->stride_c + column;
  ptrdiff_t width = whole_vectors(columns), places = places_of(made_of, shape->k);
  ptrdiff_t slices = at_least_one(chunks_of(places, slice_depth));
  float *packed = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(slice_depth * width));
  for (ptrdiff_t slice = 0; slice < slices; slice++) {
    span part = even_span_of(slice, slices, places);
    ptrdiff_t p = first_at(made_of, part.start), end = first_at(made_of, part.end);
    ptrdiff_t depth = (end < shape->k ? end : shape->k) - p;
    if (shape->transpose_b) {
      pack_transposed_panel(made_of, packed, b + column * shape->ldb + p, shape->ldb, depth, columns);
    } else {
      pack_panel(made_of, packed, b + p * shape->ldb + column, shape->ldb, depth, columns);
    }
    tile t = {
        .k = part.end - part.start,
        .a_step = job->a_step,
        .b = packed,
        .b_step = width,
        .bias = slice == 0 && job->bias != NULL ? job->bias + column : NULL,
        .c_step = shape->ldc,
        .columns = columns,
        .accumulate = shape->accumulate || slice > 0,
    };
    multiply_slice(made_of, job, &t, a + part.start * job->a_step, c, row, row_end);
  }
}

static void matmul_chunk(void *job, ptrdiff_t chunk) { matmul_chunk_of(floats, job, chunk); }

// MARK: - Medium precision: A is rounded beforehand, B while it is packed

#if CK_BFLOAT16

static void matmul_chunk_of_pairs(void *job, ptrdiff_t chunk) { matmul_chunk_of(pairs, job, chunk); }

typedef struct rounding_job {
  float *places;
  const float *a;
  const ck_matmul *shape;
  ptrdiff_t a_row, a_item;  // of the places
} rounding_job;

enum { rounded_rows = 16 };

static ptrdiff_t stored_places(const ck_matmul *shape) {
  return shape->transpose_a ? places_of(pairs, shape->k) : shape->m;
}

/// Some rows of places: a row of A each, or a pair of rows of what is stored transposed.
static void round_chunk(void *context, ptrdiff_t chunk) {
  const rounding_job *job = context;
  const ck_matmul *shape = job->shape;
  ptrdiff_t pieces = chunks_of(stored_places(shape), rounded_rows), item = chunk / pieces;
  span rows = span_of(chunk % pieces, rounded_rows, stored_places(shape));
  const float *a = job->a + item * shape->stride_a;
  float *places = job->places + item * job->a_item;
  for (ptrdiff_t row = rows.start; row < rows.end; row++) {
    float *y = places + row * job->a_row;
    if (shape->transpose_a) {
      const float *x = a + 2 * row * shape->lda;
      for (ptrdiff_t i = 0; i < shape->m; i += CK_LANES) {
        ptrdiff_t lanes = lanes_of(shape->m - i);
        store_first(y + i, load_down(pairs, x + i, shape->lda, shape->k - 2 * row, lanes), lanes);
      }
    } else {
      const float *x = a + row * shape->lda;
      ptrdiff_t count = places_of(pairs, shape->k);
      for (ptrdiff_t i = 0; i < count; i += CK_LANES) {
        store_first(y + i, load_along(pairs, x + 2 * i, shape->k - 2 * i), lanes_of(count - i));
      }
    }
  }
}

/// Points the job at A made of pairs, as it is stored but without gaps.
static void round_a(ck_pool *pool, matmul_job *job) {
  const ck_matmul *shape = &job->shape;
  ptrdiff_t places = places_of(pairs, shape->k), items = shape->stride_a == 0 ? 1 : shape->batch;
  ptrdiff_t size = shape->m * places, width = shape->transpose_a ? shape->m : places;
  rounding_job rounding = {
      .places = ck_scratch(ck_scratch_caller, sizeof(float) * (size_t)(items * size)),
      .a = job->a,
      .shape = shape,
      .a_row = width,
      .a_item = items == 1 ? 0 : size,
  };
  ck_pool_run(pool, items * chunks_of(stored_places(shape), rounded_rows), round_chunk, &rounding);
  job->a = rounding.places;
  job->a_row = shape->transpose_a ? 1 : width;
  job->a_step = shape->transpose_a ? width : 1;
  job->a_item = rounding.a_item;
}

#endif

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
  ptrdiff_t chunks = batch * job.row_blocks * job.panels.count;
#if CK_BFLOAT16
  if (shape->precision == ck_precision_medium) {
    round_a(pool, &job);
    ck_pool_run(pool, chunks, matmul_chunk_of_pairs, &job);
    return;
  }
#endif
  job.a_row = job.shape.transpose_a ? 1 : job.shape.lda;
  job.a_step = job.shape.transpose_a ? job.shape.lda : 1;
  job.a_item = job.shape.stride_a;
  ck_pool_run(pool, chunks, matmul_chunk, &job);
}
