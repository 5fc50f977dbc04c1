// The micro-kernel under every matrix product: a tile of C in registers, summed over k.
//
// A tile is CK_MR rows by up to CK_NR_VECTORS vectors of columns. Each step along k loads the
// vectors of one row of B, and one element of each row of A, which it multiplies into all of them: 3 + 8
// loads for 24 multiply-adds with AVX-512, so that the multipliers never wait for the loads, and 24
// independent sums, so that they never wait for each other.
//
// In `medium` precision a pair of bfloat16 numbers takes the place of each float of A and of B.

#ifndef CK_MATMUL_MICRO_KERNEL_H
#define CK_MATMUL_MICRO_KERNEL_H

#include "../vectors/bfloat16.inl.h"
#include "../vectors/vector.inl.h"

enum { cache_line_floats = 16 };

/// C[rows, columns] = A · B (+ bias) (+ C), where columns fit in CK_NR_VECTORS vectors.
typedef struct tile {
  ptrdiff_t k;
  const float *a[CK_MR];  // where each row of A starts; those past `rows` must be readable too
  ptrdiff_t a_stride;              // from one element of a row to the next
  const float *b;                // whole vectors are read
  ptrdiff_t b_stride;              // from one row of B to the next
  const float *bias;             // or NULL
  float *c;
  ptrdiff_t c_stride;
  ptrdiff_t rows, columns;
  bool accumulate;
} tile;

/// Points the tile at `rows` rows of A; rows that it has no use for repeat the last.
CK_INLINE void set_tile_rows(tile *t, const float *a, ptrdiff_t a_row, ptrdiff_t rows) {
  t->rows = rows < CK_MR ? rows : CK_MR;
  for (ptrdiff_t r = 0; r < CK_MR; r++) t->a[r] = a + (r < t->rows ? r : t->rows - 1) * a_row;
}

CK_INLINE void sum_tile(const operand_format format, const int vectors, const tile *t,
                        vec sum[CK_MR][CK_NR_VECTORS]) {
  const float *a[CK_MR];
  for (int r = 0; r < CK_MR; r++) {
    a[r] = t->a[r];
    for (int v = 0; v < vectors; v++) sum[r][v] = (vec){};
  }
  const float *b = t->b;
  for (ptrdiff_t p = 0, at = 0; p < t->k; p++, at += t->a_stride, b += t->b_stride) {
    // Where rows of A lie side by side (Aᵀ), the next of them are a cache line on, too far for the hardware.
    __builtin_prefetch(a[0] + at + cache_line_floats);
    vec row[CK_NR_VECTORS];
    for (int v = 0; v < vectors; v++) row[v] = load(b + v * CK_LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < CK_MR; r++) {
      vec element = format == pairs ? splat_bits(a[r] + at) : splat(a[r][at]);
      for (int v = 0; v < vectors; v++) sum[r][v] = multiply_add(format, sum[r][v], element, row[v]);
    }
  }
}

CK_INLINE void micro_kernel_of_vectors(const operand_format format, const int vectors, const tile *t) {
  vec sum[CK_MR][CK_NR_VECTORS];
  sum_tile(format, vectors, t, sum);
#pragma clang loop unroll(full)
  for (int r = 0; r < CK_MR; r++) {
    if (r >= t->rows) return;
    for (int v = 0; v < vectors; v++) {
      ptrdiff_t column = v * CK_LANES, lanes = lanes_of(t->columns - column);
      float *c = t->c + r * t->c_stride + column;
      vec value = sum[r][v];
      if (t->bias != NULL) value += load_first(t->bias + column, lanes);
      if (t->accumulate) value += load_first(c, lanes);
      store_first(c, value, lanes);
    }
  }
}

// One function for each width, so that all sums of a tile have registers of their own.
#define CK_MICRO_KERNEL(format)                                                                        \
  static void multiply_##format##_1(const tile *t) { micro_kernel_of_vectors(format, 1, t); }         \
  static void multiply_##format##_2(const tile *t) { micro_kernel_of_vectors(format, 2, t); }         \
  static void multiply_##format##_all(const tile *t) {                                                  \
    micro_kernel_of_vectors(format, CK_NR_VECTORS, t);                                               \
  }                                                                                                      \
  CK_INLINE void micro_kernel_of_##format(const tile *t) {                                             \
    if (t->columns > 2 * CK_LANES) return multiply_##format##_all(t);                                   \
    if (t->columns > CK_LANES) return multiply_##format##_2(t);                                         \
    multiply_##format##_1(t);                                                                           \
  }

CK_MICRO_KERNEL(floats)
#if CK_VECTOR_PAIRS
CK_MICRO_KERNEL(pairs)
#endif

CK_INLINE void micro_kernel(const operand_format format, const tile *t) {
#if CK_VECTOR_PAIRS
  if (format == pairs) return micro_kernel_of_pairs(t);
#endif
  micro_kernel_of_floats(t);
}

// MARK: - Panels: columns of B that one tile can take

/// Columns cut into as few panels as will hold them, each as wide as the next to within a vector.
typedef struct panels {
  ptrdiff_t count, vectors;  // vectors in all
  ptrdiff_t columns;
} panels;

CK_INLINE panels cut_panels(ptrdiff_t columns) {
  ptrdiff_t vectors = (columns + CK_LANES - 1) / CK_LANES;
  return (panels){(vectors + CK_NR_VECTORS - 1) / CK_NR_VECTORS, vectors, columns};
}

CK_INLINE ptrdiff_t panel_start(const panels *cut, ptrdiff_t panel) {
  return panel * cut->vectors / cut->count * CK_LANES;
}

CK_INLINE ptrdiff_t panel_end(const panels *cut, ptrdiff_t panel) {
  return panel + 1 == cut->count ? cut->columns : panel_start(cut, panel + 1);
}

/// The width of a panel in memory: whole vectors.
CK_INLINE ptrdiff_t whole_vectors(ptrdiff_t columns) {
  return (columns + CK_LANES - 1) / CK_LANES * CK_LANES;
}

/// packed[p, j] = b[p, j], place by place along k, for j < columns; 0 in the rest of the last vector.
CK_INLINE void pack_panel(const operand_format format, float *packed, const float *b, ptrdiff_t ldb, ptrdiff_t k,
                          ptrdiff_t columns) {
  ptrdiff_t width = whole_vectors(columns);
  for (ptrdiff_t place = 0; place < places_of(format, k); place++) {
    ptrdiff_t p = first_at(format, place);
    for (ptrdiff_t j = 0; j < columns; j += CK_LANES) {
      store(packed + place * width + j, load_down(format, b + p * ldb + j, ldb, k - p, lanes_of(columns - j)));
    }
  }
}

/// The same of what is stored transposed: packed[p, j] = b[j, p].
CK_INLINE void pack_transposed_panel(const operand_format format, float *packed, const float *b, ptrdiff_t ldb,
                                     ptrdiff_t k, ptrdiff_t columns) {
  ptrdiff_t width = whole_vectors(columns), places = places_of(format, k);
  for (ptrdiff_t j = 0; j < columns; j += CK_LANES) {
    ptrdiff_t rows = lanes_of(columns - j);
    for (ptrdiff_t place = 0; place < places; place += CK_LANES) {
      ptrdiff_t p = first_at(format, place), count = lanes_of(places - place);
      vec block[CK_LANES];
      for (ptrdiff_t r = 0; r < CK_LANES; r++) {
        block[r] = r < rows ? load_along(format, b + (j + r) * ldb + p, k - p) : (vec){};
      }
      transpose_block(block);
      for (ptrdiff_t s = 0; s < CK_LANES; s++) {
        if (s < count) store(packed + (place + s) * width + j, block[s]);
      }
    }
  }
}

#endif
