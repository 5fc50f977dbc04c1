// Matrix products on a processor's matrix unit (Intel's AMX), which multiplies tile by tile: one instruction adds to
// 16 × 16 sums the products of 16 rows of A and 16 columns of B along 16 pairs of bfloat16 numbers.
//
// A block is 2 × 2 tiles of C, so that each tile of A and of B is loaded once for two products. Both operands are
// rounded and packed first, tile after tile in the order in which blocks take them.
//
// In `high` precision a factor is the sum of two bfloat16 numbers, an upper part and a lower one, and the same sums
// take three products: upper · upper, upper · lower and lower · upper.

enum {
  unit_side = 16,  // rows of a tile, and its columns
  unit_floats = unit_side * unit_side,
  block_side = 2 * unit_side,
  // What a block takes of one part of A, or of B, at a step along the sum: two tiles.
  step_floats = 2 * unit_floats,
  // Steps in a slice, over the parts: 32 KiB of B, which stay in the nearest cache while A streams by.
  slice_steps = 16,
  // Enough that 2 to 8 threads end together, few enough that a chunk takes longer than handing it out.
  wanted_unit_chunks = 16,
};

/// A or B, whose lines are the rows of A or the columns of B.
typedef struct unit_operand {
  const float *x;
  ptrdiff_t lines, step, stride;  // step between rows as stored, stride between matrices
  bool along;                     // the sum runs along a stored row, and not down
  bool columns;                   // a row of a tile is a place along the sum, and not a line
  float *packed;                  // [matrices, blocks of lines, steps, parts, step_floats]
} unit_operand;

typedef struct unit_job {
  ck_matmul shape;
  float *c;
  const float *bias;
  unit_operand a, b;
  ptrdiff_t parts, steps, slices;
  ptrdiff_t row_chunks;  // that the rows of a column of blocks are cut into
} unit_job;

// MARK: - Packing

CK_INLINE ptrdiff_t blocks_of(const unit_operand *operand) { return chunks_of(operand->lines, block_side); }

CK_INLINE ptrdiff_t matrices_of(const unit_job *job, const unit_operand *operand) {
  return operand->stride == 0 ? 1 : job->shape.batch;
}

CK_INLINE ptrdiff_t packed_block_floats(const unit_job *job) { return job->steps * job->parts * step_floats; }

CK_INLINE float *packed_block(const unit_job *job, const unit_operand *operand, ptrdiff_t item, ptrdiff_t block) {
  ptrdiff_t matrix = operand->stride == 0 ? 0 : item;
  return operand->packed + (matrix * blocks_of(operand) + block) * packed_block_floats(job);
}

/// One part of the numbers of a tile, from a line and a place on; so many lines and numbers along the sum remain there.
CK_INLINE void pack_tile_of(const bool along, const bool transposed, const float *x, ptrdiff_t x_step, ptrdiff_t lines,
                            ptrdiff_t left, ptrdiff_t part, float *packed) {
  vec row[unit_side];
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < unit_side; i++) {
    numbers_of_pairs numbers = {};
    if (along && i < lines) numbers = numbers_along(x + i * x_step, left);
    if (!along && lines > 0 && 2 * i < left) {
      numbers = numbers_down(x + 2 * i * x_step, x_step, left - 2 * i, lanes_of(lines));
    }
    if (part > 0) numbers = (numbers_of_pairs){lower_part(numbers.first), lower_part(numbers.second)};
    row[i] = along ? neighbours_paired(numbers.first, numbers.second) : paired(numbers.first, numbers.second);
  }
  if (transposed) transpose_block(row);
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < unit_side; i++) store(packed + i * unit_side, row[i]);
}

/// The same of a whole tile, in which nothing has to be looked out for, or of one at an edge.
CK_INLINE void pack_unit_tile(const bool along, const bool columns, const float *x, ptrdiff_t x_step, ptrdiff_t lines,
                              ptrdiff_t left, ptrdiff_t part, float *packed) {
  if (lines >= unit_side && left >= 2 * unit_side) {
    pack_tile_of(along, along == columns, x, x_step, unit_side, 2 * unit_side, part, packed);
  } else {
    pack_tile_of(along, along == columns, x, x_step, lines, left, part, packed);
  }
}

/// Packs what one block takes at one step: all parts of two tiles.
CK_INLINE void pack_step_of(const bool along, const bool columns, const unit_job *job, const unit_operand *operand,
                            ptrdiff_t item, ptrdiff_t block, ptrdiff_t step) {
  float *packed = packed_block(job, operand, item, block) + step * job->parts * step_floats;
  ptrdiff_t number = step * 2 * unit_side;
  for (ptrdiff_t part = 0; part < job->parts; part++) {
    for (ptrdiff_t line = block * block_side; line < (block + 1) * block_side; line += unit_side) {
      const float *x = operand->x + item * operand->stride;
      x += along ? line * operand->step + number : number * operand->step + line;
      pack_unit_tile(along, columns, x, operand->step, operand->lines - line, job->shape.k - number, part, packed);
      packed += unit_floats;
    }
  }
}

static void pack_step(const unit_job *job, const unit_operand *operand, ptrdiff_t item, ptrdiff_t block,
                      ptrdiff_t step) {
  if (operand->along && operand->columns) return pack_step_of(true, true, job, operand, item, block, step);
  if (operand->along) return pack_step_of(true, false, job, operand, item, block, step);
  if (operand->columns) return pack_step_of(false, true, job, operand, item, block, step);
  pack_step_of(false, false, job, operand, item, block, step);
}

/// The pieces that a matrix is packed in: rows as they are stored, so that each is read from end to end.
CK_INLINE ptrdiff_t packing_pieces(const unit_job *job, const unit_operand *operand) {
  return operand->along ? blocks_of(operand) : job->steps;
}

static void pack_piece(const unit_job *job, const unit_operand *operand, ptrdiff_t piece) {
  ptrdiff_t pieces = packing_pieces(job, operand), item = piece / pieces, part = piece % pieces;
  ptrdiff_t count = operand->along ? job->steps : blocks_of(operand);
  for (ptrdiff_t i = 0; i < count; i++) {
    pack_step(job, operand, item, operand->along ? part : i, operand->along ? i : part);
  }
}

static void pack_unit_chunk(void *context, ptrdiff_t chunk) {
  const unit_job *job = context;
  ptrdiff_t pieces_of_a = matrices_of(job, &job->a) * packing_pieces(job, &job->a);
  if (chunk < pieces_of_a) {
    pack_piece(job, &job->a, chunk);
  } else {
    pack_piece(job, &job->b, chunk - pieces_of_a);
  }
}

// MARK: - Blocks

// The unit's registers: four tiles of C, two of A, two of B.
enum { c00, c01, c10, c11, a0, a1, b0, b1, unit_registers };

typedef struct unit_registers_shape {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[unit_side];
  uint8_t rows[unit_side];
} unit_registers_shape;

/// Each thread says what its tiles look like before it uses them, and gives them back.
CK_INLINE void take_unit(void) {
  unit_registers_shape shape = {.palette = 1};
  for (int r = 0; r < unit_registers; r++) {
    shape.rows[r] = unit_side;
    shape.row_bytes[r] = unit_side * sizeof(float);
  }
  _tile_loadconfig(&shape);
}

enum { unit_row_bytes = unit_side * sizeof(float) };

CK_INLINE void load_unit_rows(const float *a) {
  _tile_loadd(a0, a, unit_row_bytes);
  _tile_loadd(a1, a + unit_floats, unit_row_bytes);
}

CK_INLINE void load_unit_columns(const float *b) {
  _tile_loadd(b0, b, unit_row_bytes);
  _tile_loadd(b1, b + unit_floats, unit_row_bytes);
}

CK_INLINE void add_unit_products(void) {
  _tile_dpbf16ps(c00, a0, b0);
  _tile_dpbf16ps(c01, a0, b1);
  _tile_dpbf16ps(c10, a1, b0);
  _tile_dpbf16ps(c11, a1, b1);
}

/// c = start + A · B, where start may be c, or one row for all (a step of 0), or NULL for 0.
CK_INLINE void sum_block(const ptrdiff_t parts, ptrdiff_t steps, const float *a, const float *b, const float *start,
                         ptrdiff_t start_step, float *c, ptrdiff_t c_step) {
  if (start == NULL) {
    _tile_zero(c00);
    _tile_zero(c01);
    _tile_zero(c10);
    _tile_zero(c11);
  } else {
    ptrdiff_t bytes = start_step * (ptrdiff_t)sizeof(float);
    _tile_loadd(c00, start, bytes);
    _tile_loadd(c01, start + unit_side, bytes);
    _tile_loadd(c10, start + unit_side * start_step, bytes);
    _tile_loadd(c11, start + unit_side * start_step + unit_side, bytes);
  }
  for (ptrdiff_t step = 0; step < steps; step++) {
    load_unit_rows(a);
    load_unit_columns(b);
    add_unit_products();
    if (parts == 2) {
      load_unit_columns(b + step_floats);
      add_unit_products();
      load_unit_rows(a + step_floats);
      load_unit_columns(b);
      add_unit_products();
    }
    a += parts * step_floats;
    b += parts * step_floats;
  }
  ptrdiff_t bytes = c_step * (ptrdiff_t)sizeof(float);
  _tile_stored(c00, c, bytes);
  _tile_stored(c01, c + unit_side, bytes);
  _tile_stored(c10, c + unit_side * c_step, bytes);
  _tile_stored(c11, c + unit_side * c_step + unit_side, bytes);
}

static void sum_block_of_parts(ptrdiff_t parts, ptrdiff_t steps, const float *a, const float *b, const float *start,
                               ptrdiff_t start_step, float *c, ptrdiff_t c_step) {
  if (parts == 2) return sum_block(2, steps, a, b, start, start_step, c, c_step);
  sum_block(1, steps, a, b, start, start_step, c, c_step);
}

/// What part of C a block is, and what is added to its products.
typedef struct unit_block {
  float *c;
  ptrdiff_t c_step, rows, columns;
  const float *bias;  // or NULL
  bool accumulate;
} unit_block;

/// A block at the edge of C, or one that takes both a bias and what is in C, goes through a copy.
static void multiply_copied_block(ptrdiff_t parts, ptrdiff_t steps, const float *a, const float *b,
                                  const unit_block *block) {
  float copy[block_side * block_side] = {0};
  for (ptrdiff_t r = 0; r < block->rows; r++) {
    for (ptrdiff_t j = 0; j < block->columns; j += CK_LANES) {
      ptrdiff_t lanes = lanes_of(block->columns - j);
      vec value = block->bias != NULL ? load_first(block->bias + j, lanes) : (vec){};
      if (block->accumulate) value += load_first(block->c + r * block->c_step + j, lanes);
      store(copy + r * block_side + j, value);
    }
  }
  sum_block_of_parts(parts, steps, a, b, copy, block_side, copy, block_side);
  for (ptrdiff_t r = 0; r < block->rows; r++) {
    for (ptrdiff_t j = 0; j < block->columns; j += CK_LANES) {
      store_first(block->c + r * block->c_step + j, load(copy + r * block_side + j), lanes_of(block->columns - j));
    }
  }
}

static void multiply_block(ptrdiff_t parts, ptrdiff_t steps, const float *a, const float *b, const unit_block *block) {
  bool whole = block->rows == block_side && block->columns == block_side;
  if (!whole || (block->accumulate && block->bias != NULL)) {
    multiply_copied_block(parts, steps, a, b, block);
  } else if (block->accumulate) {
    sum_block_of_parts(parts, steps, a, b, block->c, block->c_step, block->c, block->c_step);
  } else {
    sum_block_of_parts(parts, steps, a, b, block->bias, 0, block->c, block->c_step);
  }
}

// MARK: - The product

/// Some rows of a column of blocks, slice by slice along the sum.
static void unit_chunk(void *context, ptrdiff_t chunk) {
  const unit_job *job = context;
  const ck_matmul *shape = &job->shape;
  ptrdiff_t column_blocks = blocks_of(&job->b), column_block = chunk % column_blocks;
  ptrdiff_t item = chunk / column_blocks / job->row_chunks;
  span row_blocks = even_span_of(chunk / column_blocks % job->row_chunks, job->row_chunks, blocks_of(&job->a));

  const float *b = packed_block(job, &job->b, item, column_block);
  ptrdiff_t column = column_block * block_side, columns_left = shape->n - column;
  take_unit();
  for (ptrdiff_t slice = 0; slice < job->slices; slice++) {
    span steps = even_span_of(slice, job->slices, job->steps);
    ptrdiff_t start = steps.start * job->parts * step_floats;
    for (ptrdiff_t row_block = row_blocks.start; row_block < row_blocks.end; row_block++) {
      ptrdiff_t row = row_block * block_side, rows_left = shape->m - row;
      unit_block block = {
          .c = job->c + item * shape->stride_c + row * shape->ldc + column,
          .c_step = shape->ldc,
          .rows = rows_left < block_side ? rows_left : block_side,
          .columns = columns_left < block_side ? columns_left : block_side,
          .bias = slice == 0 && job->bias != NULL ? job->bias + column : NULL,
          .accumulate = shape->accumulate || slice > 0,
      };
      const float *a = packed_block(job, &job->a, item, row_block);
      multiply_block(job->parts, steps.end - steps.start, a + start, b + start, &block);
    }
  }
  _tile_release();
}

static void multiply_on_unit(ck_pool *pool, float *c, const float *a, const float *b, const float *bias,
                             const ck_matmul *shape) {
  unit_job job = {
      .shape = *shape,
      .c = c,
      .bias = bias,
      .a = {.x = a, .lines = shape->m, .step = shape->lda, .stride = shape->stride_a, .along = !shape->transpose_a},
      .b = {.x = b, .lines = shape->n, .step = shape->ldb, .stride = shape->stride_b, .along = shape->transpose_b,
            .columns = true},
      .parts = shape->precision == ck_precision_high ? 2 : 1,
      .steps = chunks_of(shape->k, 2 * unit_side),
  };
  job.slices = at_least_one(chunks_of(job.steps * job.parts, slice_steps));
  ptrdiff_t row_blocks = blocks_of(&job.a), column_blocks = blocks_of(&job.b);
  ptrdiff_t wanted = chunks_of(wanted_unit_chunks, column_blocks * shape->batch);
  job.row_chunks = wanted < row_blocks ? wanted : row_blocks;

  ptrdiff_t matrices_a = matrices_of(&job, &job.a), matrices_b = matrices_of(&job, &job.b);
  ptrdiff_t size_a = matrices_a * row_blocks * packed_block_floats(&job);
  ptrdiff_t size_b = matrices_b * column_blocks * packed_block_floats(&job);
  job.a.packed = ck_scratch(ck_scratch_caller, sizeof(float) * (size_t)(size_a + size_b));
  job.b.packed = job.a.packed + size_a;
  ptrdiff_t pieces = matrices_a * packing_pieces(&job, &job.a) + matrices_b * packing_pieces(&job, &job.b);
  ck_pool_run(pool, pieces, pack_unit_chunk, &job);
  ck_pool_run(pool, shape->batch * column_blocks * job.row_chunks, unit_chunk, &job);
}
