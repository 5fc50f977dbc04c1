// Intel's AMX: one instruction multiplies two tile registers, and adds to 16 × 16 sums the products of 16 rows of A and
// 16 columns of B along 16 pairs of bfloat16 numbers.
//
// A block is 2 × 2 tiles of C, so that each tile of A and of B is loaded once for two products. Both operands are
// rounded and packed first, tile after tile in the order in which blocks take them.
//
// In `high` precision a factor is hi + lo in bfloat16, two parts, and the same sums take three products: hi·hi, hi·lo
// and lo·hi; lo·lo is dropped.

#ifndef CK_AMX_BLOCKS_H
#define CK_AMX_BLOCKS_H

#include "../vectors/bfloat16.inl.h"
#include "../vectors/chunks.inl.h"
#include "../vectors/vector.inl.h"
#include "tile_config.h"

enum {
  amx_side = ck_tile_rows,  // rows of a tile, and its columns
  amx_tile_floats = amx_side * amx_side,
  amx_row_bytes = ck_tile_row_bytes,
  block_side = 2 * amx_side,
  // Numbers along the sum in a step, and what a block takes there of one part of A, or of B: two tiles.
  step_numbers = 2 * amx_side,
  step_floats = 2 * amx_tile_floats,
};

CK_INLINE ptrdiff_t parts_of(ck_precision precision) { return precision == ck_precision_high ? 2 : 1; }

// MARK: - Operands

/// A or B, whose lines are the rows of A or the columns of B.
typedef struct amx_operand {
  const float *x;
  ptrdiff_t lines, k;      // k numbers along the sum in each line
  ptrdiff_t row_stride, matrix_stride;  // between rows as stored, and between matrices
  bool along;              // the sum runs along a stored row, and not down
  bool columns;            // this is B: a row of a tile is a place along the sum, and not a line
  ptrdiff_t matrices, parts;
  float *packed;  // [matrices, blocks of lines, steps, parts, step_floats]
} amx_operand;

CK_INLINE ptrdiff_t blocks_of(const amx_operand *operand) { return chunks_of(operand->lines, block_side); }
CK_INLINE ptrdiff_t steps_of(const amx_operand *operand) { return chunks_of(operand->k, step_numbers); }

CK_INLINE ptrdiff_t packed_matrix_floats(const amx_operand *operand) {
  return blocks_of(operand) * steps_of(operand) * operand->parts * step_floats;
}

/// What a block takes at a step and from there on.
CK_INLINE float *packed_step(const amx_operand *operand, ptrdiff_t matrix, ptrdiff_t block, ptrdiff_t step) {
  ptrdiff_t steps_before = block * steps_of(operand) + step;
  return operand->packed + matrix * packed_matrix_floats(operand) + steps_before * operand->parts * step_floats;
}

/// One part of the numbers of a tile, from a line and a number on; so many lines and numbers remain there.
CK_INLINE void pack_tile_of(const bool along, const bool columns, const float *x, ptrdiff_t x_stride, ptrdiff_t lines,
                            ptrdiff_t left, ptrdiff_t part, float *packed) {
  vec row[amx_side];
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < amx_side; i++) {
    numbers_of_pairs numbers = {};
    if (along && i < lines) numbers = numbers_along(x + i * x_stride, left);
    if (!along && lines > 0 && 2 * i < left) {
      numbers = numbers_down(x + 2 * i * x_stride, x_stride, left - 2 * i, lanes_of(lines));
    }
    if (part > 0) numbers = (numbers_of_pairs){lower_part(numbers.first), lower_part(numbers.second)};
    row[i] = along ? neighbours_paired(numbers.first, numbers.second) : paired(numbers.first, numbers.second);
  }
  if (along == columns) transpose_block(row);
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < amx_side; i++) store(packed + i * amx_side, row[i]);
}

/// All parts of the two tiles that a block takes at a step.
CK_INLINE void pack_step_of(const bool along, const bool columns, const amx_operand *operand, ptrdiff_t matrix,
                            ptrdiff_t block, ptrdiff_t step) {
  float *packed = packed_step(operand, matrix, block, step);
  ptrdiff_t number = step * step_numbers, left = operand->k - number;
  for (ptrdiff_t part = 0; part < operand->parts; part++) {
    for (ptrdiff_t line = block * block_side; line < (block + 1) * block_side; line += amx_side) {
      const float *x = operand->x + matrix * operand->matrix_stride;
      x += along ? line * operand->row_stride + number : number * operand->row_stride + line;
      ptrdiff_t lines = operand->lines - line;
      // In a whole tile nothing has to be looked out for.
      if (lines >= amx_side && left >= step_numbers) {
        pack_tile_of(along, columns, x, operand->row_stride, amx_side, step_numbers, part, packed);
      } else {
        pack_tile_of(along, columns, x, operand->row_stride, lines, left, part, packed);
      }
      packed += amx_tile_floats;
    }
  }
}

static void pack_step(const amx_operand *operand, ptrdiff_t matrix, ptrdiff_t block, ptrdiff_t step) {
  if (operand->along && operand->columns) return pack_step_of(true, true, operand, matrix, block, step);
  if (operand->along) return pack_step_of(true, false, operand, matrix, block, step);
  if (operand->columns) return pack_step_of(false, true, operand, matrix, block, step);
  pack_step_of(false, false, operand, matrix, block, step);
}

/// How many pieces an operand is packed in: runs of rows as they are stored, so that each is read from end to end.
CK_INLINE ptrdiff_t packing_pieces(const amx_operand *operand) {
  return operand->matrices * (operand->along ? blocks_of(operand) : steps_of(operand));
}

static void pack_piece(const amx_operand *operand, ptrdiff_t piece) {
  ptrdiff_t pieces = packing_pieces(operand) / operand->matrices, matrix = piece / pieces;
  piece %= pieces;
  if (operand->along) {
    for (ptrdiff_t step = 0; step < steps_of(operand); step++) pack_step(operand, matrix, piece, step);
  } else {
    for (ptrdiff_t block = 0; block < blocks_of(operand); block++) pack_step(operand, matrix, block, piece);
  }
}

/// For operands that one thread needs alone.
static void pack_whole(const amx_operand *operand) {
  for (ptrdiff_t piece = 0; piece < packing_pieces(operand); piece++) pack_piece(operand, piece);
}

// MARK: - Registers

// Four tiles of C, two of A, two of B.
enum { c00, c01, c10, c11, a0, a1, b0, b1 };

/// Each thread does so before it uses AMX, and gives it back by _tile_release.
static void configure_amx(void) {
  ck_tile_config shapes = ck_full_tile_config();
  _tile_loadconfig(&shapes);
}

CK_INLINE void load_a_tiles(const float *a) {
  _tile_loadd(a0, a, amx_row_bytes);
  _tile_loadd(a1, a + amx_tile_floats, amx_row_bytes);
}

CK_INLINE void load_b_tiles(const float *b) {
  _tile_loadd(b0, b, amx_row_bytes);
  _tile_loadd(b1, b + amx_tile_floats, amx_row_bytes);
}

CK_INLINE void add_tile_products(void) {
  _tile_dpbf16ps(c00, a0, b0);
  _tile_dpbf16ps(c01, a0, b1);
  _tile_dpbf16ps(c10, a1, b0);
  _tile_dpbf16ps(c11, a1, b1);
}

/// What a block multiplies: packed steps of A and of B.
typedef struct amx_factors {
  const float *a, *b;
  ptrdiff_t steps, parts;
} amx_factors;

/// c = start + A · B, where start may be c, or one row for all (a step of 0), or NULL for 0.
static void sum_block(const amx_factors *factors, const float *start, ptrdiff_t start_stride, float *c,
                      ptrdiff_t c_stride) {
  if (start == NULL) {
    _tile_zero(c00);
    _tile_zero(c01);
    _tile_zero(c10);
    _tile_zero(c11);
  } else {
    ptrdiff_t bytes = start_stride * (ptrdiff_t)sizeof(float);
    _tile_loadd(c00, start, bytes);
    _tile_loadd(c01, start + amx_side, bytes);
    _tile_loadd(c10, start + amx_side * start_stride, bytes);
    _tile_loadd(c11, start + amx_side * start_stride + amx_side, bytes);
  }
  const float *a = factors->a, *b = factors->b;
  for (ptrdiff_t step = 0; step < factors->steps; step++) {
    load_a_tiles(a);
    load_b_tiles(b);
    add_tile_products();
    if (factors->parts > 1) {
      load_b_tiles(b + step_floats);
      add_tile_products();
      load_a_tiles(a + step_floats);
      load_b_tiles(b);
      add_tile_products();
    }
    a += factors->parts * step_floats;
    b += factors->parts * step_floats;
  }
  ptrdiff_t bytes = c_stride * (ptrdiff_t)sizeof(float);
  _tile_stored(c00, c, bytes);
  _tile_stored(c01, c + amx_side, bytes);
  _tile_stored(c10, c + amx_side * c_stride, bytes);
  _tile_stored(c11, c + amx_side * c_stride + amx_side, bytes);
}

// MARK: - Blocks

/// Where a product goes: [rows, columns], and what is added to it.
typedef struct amx_result {
  float *c;
  ptrdiff_t row_stride, rows, columns;
  const float *bias;  // [columns], or NULL
  bool accumulate;
} amx_result;

/// A block at the edge of C, or one that takes both a bias and what is in C, goes through a copy.
static void multiply_copied_block(const amx_factors *factors, const amx_result *block) {
  float copy[block_side * block_side] = {0};
  for (ptrdiff_t r = 0; r < block->rows; r++) {
    for (ptrdiff_t j = 0; j < block->columns; j += CK_LANES) {
      ptrdiff_t lanes = lanes_of(block->columns - j);
      vec value = block->bias != NULL ? load_first(block->bias + j, lanes) : (vec){};
      if (block->accumulate) value += load_first(block->c + r * block->row_stride + j, lanes);
      store(copy + r * block_side + j, value);
    }
  }
  sum_block(factors, copy, block_side, copy, block_side);
  for (ptrdiff_t r = 0; r < block->rows; r++) {
    for (ptrdiff_t j = 0; j < block->columns; j += CK_LANES) {
      store_first(block->c + r * block->row_stride + j, load(copy + r * block_side + j), lanes_of(block->columns - j));
    }
  }
}

static void multiply_block(const amx_factors *factors, const amx_result *block) {
  bool whole = block->rows == block_side && block->columns == block_side;
  if (!whole || (block->accumulate && block->bias != NULL)) {
    multiply_copied_block(factors, block);
  } else if (block->accumulate) {
    sum_block(factors, block->c, block->row_stride, block->c, block->row_stride);
  } else {
    sum_block(factors, block->bias, 0, block->c, block->row_stride);
  }
}

/// Some blocks of rows and of columns of C (+)= A · B, over some steps; the thread has configured its tile registers.
static void multiply_blocks(const amx_operand *a, const amx_operand *b, ptrdiff_t item, span row_blocks,
                            span column_blocks, span steps, const amx_result *result) {
  ptrdiff_t matrix_a = a->matrices == 1 ? 0 : item, matrix_b = b->matrices == 1 ? 0 : item;
  for (ptrdiff_t j = column_blocks.start; j < column_blocks.end; j++) {
    for (ptrdiff_t i = row_blocks.start; i < row_blocks.end; i++) {
      ptrdiff_t row = i * block_side, column = j * block_side;
      ptrdiff_t rows = result->rows - row, columns = result->columns - column;
      amx_result block = *result;
      block.c += row * result->row_stride + column;
      block.rows = rows < block_side ? rows : block_side;
      block.columns = columns < block_side ? columns : block_side;
      if (block.bias != NULL) block.bias += column;
      amx_factors factors = {packed_step(a, matrix_a, i, steps.start), packed_step(b, matrix_b, j, steps.start),
                              steps.end - steps.start, a->parts};
      multiply_block(&factors, &block);
    }
  }
}

#endif
