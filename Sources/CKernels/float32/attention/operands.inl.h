// What the products of attention read and write on vectors: a head's rows, its keys as columns, and strips of scores.

#ifndef CK_ATTENTION_OPERANDS_H
#define CK_ATTENTION_OPERANDS_H

#include "../matmul/micro_kernel.inl.h"
#include "shape.inl.h"

/// Rows of a head of which whole vectors may be read.
typedef struct head_rows {
  const float *x;
  ptrdiff_t stride;
} head_rows;

/// The rows themselves where the head's width is whole vectors, else a copy of them, filled up with zeros.
static head_rows read_whole_vectors(const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width,
                                    float *copy) {
  if (width % CK_LANES == 0) return (head_rows){x, stride};
  pack_panel(floats, copy, x, stride, rows, width);
  return (head_rows){copy, whole_vectors(width)};
}

/// Keys (or values) as columns, panel after panel.
typedef struct packed_columns {
  panels panels;
  const float *packed;
  ptrdiff_t depth;
} packed_columns;

static packed_columns pack_columns(const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width,
                                   float *packed) {
  packed_columns columns = {cut_panels(rows), packed, width};
  for (ptrdiff_t panel = 0; panel < columns.panels.count; panel++) {
    ptrdiff_t start = panel_start(&columns.panels, panel), end = panel_end(&columns.panels, panel);
    pack_transposed_panel(floats, packed + start * width, x + start * stride, stride, width, end - start);
  }
  return columns;
}

/// strip[r, j] = row r · column j for the columns j in `seen`, and perhaps some before.
static void multiply_columns(const packed_columns *columns, const float *rows, ptrdiff_t stride,
                             ptrdiff_t count, float *strip, ptrdiff_t strip_stride, span seen) {
  tile t = {.k = columns->depth, .a_stride = 1, .c_stride = strip_stride};
  set_tile_rows(&t, rows, stride, count);
  for (ptrdiff_t panel = 0; panel < columns->panels.count; panel++) {
    ptrdiff_t start = panel_start(&columns->panels, panel), end = panel_end(&columns->panels, panel);
    if (end <= seen.start) continue;
    if (start >= seen.end) return;
    t.b = columns->packed + start * columns->depth;
    t.b_stride = whole_vectors(end - start);
    t.columns = (end < seen.end ? end : seen.end) - start;
    t.c = strip + start;
    micro_kernel(floats, &t);
  }
}

/// One tile of rows of C (+)= A · B, for a B as wide as a head.
static void multiply_head_rows(tile *t, head_rows b, float *c, ptrdiff_t width) {
  panels cut = cut_panels(width);
  t->b_stride = b.stride;
  for (ptrdiff_t panel = 0; panel < cut.count; panel++) {
    ptrdiff_t start = panel_start(&cut, panel);
    t->b = b.x + start;
    t->columns = panel_end(&cut, panel) - start;
    t->c = c + start;
    micro_kernel(floats, t);
  }
}

#endif
