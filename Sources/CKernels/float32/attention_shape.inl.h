// Where the parts of an attention lie, and who sees whom.

/// The attention of sequence b with its own number of keys.
CK_INLINE ck_attention attention_of_sequence(const ck_attention *shape, ptrdiff_t b) {
  ck_attention own = *shape;
  if (shape->key_lengths != NULL) own.key_length = shape->key_lengths[b];
  return own;
}

/// The keys that one query sees, or that the queries of a tile or a block see between them.
CK_INLINE span keys_seen(const ck_attention *shape, ptrdiff_t first_query, ptrdiff_t query_end) {
  ptrdiff_t shift = shape->key_length - shape->query_length;
  span seen = {0, shape->key_length};
  if (!shape->causal) return seen;
  if (shape->window > 0 && first_query + shift - shape->window >= 0) {
    seen.start = first_query + shift - shape->window + 1;
  }
  seen.end = query_end + shift > seen.start ? query_end + shift : seen.start;
  return seen;
}

/// One query head of one sequence.
typedef struct attention_head {
  const ck_attention *shape;
  uint32_t number;         // b·H + h
  ptrdiff_t q, k, v, out;  // offsets of its first query, key, value and output
  ptrdiff_t lse;
} attention_head;

CK_INLINE attention_head find_head(const ck_attention *shape, ptrdiff_t b, ptrdiff_t h) {
  ptrdiff_t width = shape->head_width, key_head = h / (shape->heads / shape->key_heads);
  return (attention_head){
      .shape = shape,
      .number = (uint32_t)(b * shape->heads + h),
      .q = b * shape->query_batch_stride + h * width,
      .k = b * shape->key_batch_stride + key_head * width,
      .v = b * shape->value_batch_stride + key_head * width,
      .out = b * shape->output_batch_stride + h * width,
      .lse = (b * shape->heads + h) * shape->query_length,
  };
}

// MARK: - Operands for tiles

/// Rows of a head of which whole vectors may be read.
typedef struct head_rows {
  const float *x;
  ptrdiff_t step;
} head_rows;

/// The rows themselves where the head's width is whole vectors, else a copy of them, filled up with zeros.
static head_rows read_whole_vectors(const float *x, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t width,
                                    float *copy) {
  if (width % CK_LANES == 0) return (head_rows){x, step};
  pack_panel(floats, copy, x, step, rows, width);
  return (head_rows){copy, whole_vectors(width)};
}

/// Keys (or values) as columns, panel after panel.
typedef struct packed_columns {
  panels panels;
  const float *packed;
  ptrdiff_t depth;
} packed_columns;

static packed_columns pack_columns(const float *x, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t width,
                                   float *packed) {
  packed_columns columns = {cut_panels(rows), packed, width};
  for (ptrdiff_t panel = 0; panel < columns.panels.count; panel++) {
    ptrdiff_t start = panel_start(&columns.panels, panel), end = panel_end(&columns.panels, panel);
    pack_transposed_panel(floats, packed + start * width, x + start * step, step, width, end - start);
  }
  return columns;
}

/// strip[r, j] = row r · column j for the columns j in `seen`, and perhaps some before.
static void multiply_columns(const packed_columns *columns, const float *rows, ptrdiff_t step,
                             ptrdiff_t count, float *strip, ptrdiff_t strip_step, span seen) {
  tile t = {.k = columns->depth, .a_step = 1, .c_step = strip_step};
  set_tile_rows(&t, rows, step, count);
  for (ptrdiff_t panel = 0; panel < columns->panels.count; panel++) {
    ptrdiff_t start = panel_start(&columns->panels, panel), end = panel_end(&columns->panels, panel);
    if (end <= seen.start) continue;
    if (start >= seen.end) return;
    t.b = columns->packed + start * columns->depth;
    t.b_step = whole_vectors(end - start);
    t.columns = (end < seen.end ? end : seen.end) - start;
    t.c = strip + start;
    multiply_tile(floats, &t);
  }
}

/// One tile of rows of C (+)= A · B, for a B as wide as a head.
static void multiply_head_rows(tile *t, head_rows b, float *c, ptrdiff_t width) {
  panels cut = cut_panels(width);
  t->b_step = b.step;
  for (ptrdiff_t panel = 0; panel < cut.count; panel++) {
    ptrdiff_t start = panel_start(&cut, panel);
    t->b = b.x + start;
    t->columns = panel_end(&cut, panel) - start;
    t->c = c + start;
    multiply_tile(floats, t);
  }
}

// MARK: - Strips: the weights of a few queries for all keys

/// From one row of a strip to the next: whole rounds of dropout, and off the powers of two, whose rows would
/// all fall into the same few sets of the cache.
CK_INLINE ptrdiff_t strip_step(ptrdiff_t keys) {
  return (keys + share_lanes - 1) / share_lanes * share_lanes + CK_LANES;
}

/// Whether each of CK_LANES columns, from `first` on, is seen.
CK_INLINE ivec is_seen(ptrdiff_t first, span seen) {
  ivec column = columns_from(first);
  return (column >= (int32_t)seen.start) & (column < (int32_t)seen.end);
}

/// `seen`, from the start of a vector on.
CK_INLINE span from_whole_vector(span seen) { return (span){seen.start / CK_LANES * CK_LANES, seen.end}; }

/// What dropout leaves of the weights of `query` for the share_lanes keys from `first` on.
CK_INLINE void draw_key_shares(float share[share_lanes], const attention_head *head, ptrdiff_t query,
                               ptrdiff_t first) {
  double p = head->shape->dropout;
  draw_shares(share, head->shape->key, (uint32_t)(first / 4), (uint32_t)query, head->number,
              ck_dropout_threshold(p), (float)(1 / (1 - p)));
}
