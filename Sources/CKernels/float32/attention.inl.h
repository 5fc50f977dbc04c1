// Scaled dot-product attention without a T × T matrix, after Dao et al., arXiv 2205.14135: the weights of one
// tile of queries for all keys they see fit in the cache, so each row's softmax is taken whole.

enum {
  // Below this many queries a head's keys are not worth packing.
  fewest_tiled_queries = 4,
  attention_block_queries = 256,  // in a chunk
};

typedef struct attention_job {
  const ck_attention *shape;
  float *out, *lse;
  const float *q, *k, *v;
  ptrdiff_t blocks;
} attention_job;

/// Scores become scaled scores, −∞ where a key is not seen; returns the lanes' largest.
CK_INLINE vec scale_scores(float *row, float scale, span columns, span seen) {
  vec most = splat(-INFINITY);
  for (ptrdiff_t j = columns.start; j < columns.end; j += CK_LANES) {
    vec score = choose(is_seen(j, seen), scale * load(row + j), splat(-INFINITY));
    store(row + j, score);
    most = larger(most, score);
  }
  return most;
}

/// Scores become e^(score − shift); returns the lanes' sums.
CK_INLINE vec exponentiate_scores(float *row, float shift, span columns) {
  vec sum = {};
  for (ptrdiff_t j = columns.start; j < columns.end; j += CK_LANES) {
    vec weight = exponential(load(row + j) - shift);
    store(row + j, weight);
    sum += weight;
  }
  return sum;
}

CK_INLINE void drop_weights(const attention_head *head, float *row, ptrdiff_t query, span seen) {
  for (ptrdiff_t first = seen.start / share_lanes * share_lanes; first < seen.end; first += share_lanes) {
    float share[share_lanes];
    draw_key_shares(share, head, query, first);
    for (int s = 0; s < share_lanes; s += CK_LANES) {
      store(row + first + s, load(row + first + s) * load(share + s));
    }
  }
}

/// The scores of `count` queries (at most CK_LANES), which see the keys `seen` between them, become weights
/// e^(score − the query's largest), 0 where a query does not see a key. `sums` are taken before dropout.
static void weigh_scores(const attention_head *head, float *strip, ptrdiff_t step, ptrdiff_t first,
                         ptrdiff_t count, span seen, float *sums, float *lse) {
  span columns = from_whole_vector(seen);
  vec most[CK_LANES], sum[CK_LANES];
  for (ptrdiff_t r = 0; r < CK_LANES; r++) most[r] = sum[r] = (vec){};
  for (ptrdiff_t r = 0; r < count; r++) {
    span row_seen = keys_seen(head->shape, first + r, first + r + 1);
    most[r] = scale_scores(strip + r * step, (float)head->shape->scale, columns, row_seen);
  }
  float shift[CK_LANES];
  store(shift, largest_of_each(most));
  for (ptrdiff_t r = 0; r < count; r++) {
    span row_seen = keys_seen(head->shape, first + r, first + r + 1);
    // e^(−∞ − 0) = 0 for every key of a query that sees none.
    if (row_seen.start >= row_seen.end) shift[r] = 0;
    sum[r] = exponentiate_scores(strip + r * step, shift[r], columns);
    if (head->shape->dropout > 0) drop_weights(head, strip + r * step, first + r, row_seen);
  }
  vec total = sum_of_each(sum);
  store_first(sums, total, count);
  store_first(lse, load(shift) + logarithm(total), count);
}

static void divide_row(float *row, float sum, ptrdiff_t n) {
  scale_row(row, row, sum != 0 ? 1 / sum : 0, 0, n);
}

/// The queries first ..< first + count, at most a tile of them.
static void attend_tile(const attention_job *job, const attention_head *head, const packed_columns *keys,
                        head_rows values, float *strip, ptrdiff_t first, ptrdiff_t count) {
  const ck_attention *shape = job->shape;
  ptrdiff_t step = strip_step(shape->key_length);
  span seen = keys_seen(shape, first, first + count);
  float sums[CK_TILE_ROWS];
  multiply_columns(keys, job->q + head->q + first * shape->query_stride, shape->query_stride, count, strip,
                   step, seen);
  for (ptrdiff_t r = 0; r < count; r += CK_LANES) {
    weigh_scores(head, strip + r * step, step, first + r, lanes_of(count - r), seen, sums + r,
                 job->lse + head->lse + first + r);
  }
  float *out = job->out + head->out + first * shape->output_stride;
  tile t = {.k = seen.end - seen.start, .a_step = 1, .c_step = shape->output_stride};
  set_tile_rows(&t, strip + seen.start, step, count);
  values.x += seen.start * values.step;
  multiply_head_rows(&t, values, out, shape->head_width);
  for (ptrdiff_t r = 0; r < count; r++) {
    divide_row(out + r * shape->output_stride, sums[r], shape->head_width);
  }
}

/// One query on its own, over keys and values as they lie.
static void attend_row(const attention_job *job, const attention_head *head, float *strip, ptrdiff_t query) {
  const ck_attention *shape = job->shape;
  span seen = keys_seen(shape, query, query + 1);
  ptrdiff_t n = seen.end - seen.start;
  const float *keys = job->k + head->k + seen.start * shape->key_stride;
  const float *values = job->v + head->v + seen.start * shape->value_stride;
  float *out = job->out + head->out + query * shape->output_stride, sum;
  dot_rows(strip + seen.start, job->q + head->q + query * shape->query_stride, keys, shape->key_stride, n,
           shape->head_width);
  weigh_scores(head, strip, 0, query, 1, seen, &sum, job->lse + head->lse + query);
  weigh_rows(out, strip + seen.start, values, shape->value_stride, n, shape->head_width);
  divide_row(out, sum, shape->head_width);
}

/// One block of queries of the heads that share one key head.
typedef struct attention_chunk_place {
  ptrdiff_t b, key_head;
  span queries;
} attention_chunk_place;

CK_INLINE attention_chunk_place place_of_attention_chunk(const attention_job *job, ptrdiff_t chunk) {
  ptrdiff_t key_heads = job->shape->key_heads, head = chunk / job->blocks;
  return (attention_chunk_place){head / key_heads, head % key_heads,
                                 even_span_of(chunk % job->blocks, job->blocks, job->shape->query_length)};
}

static void attend_chunk(const attention_job *job, attention_chunk_place place) {
  const ck_attention *shape = job->shape;
  ptrdiff_t group = shape->heads / shape->key_heads, width = shape->head_width, keys = shape->key_length;
  ptrdiff_t key_head = place.key_head, b = place.b;
  span queries = place.queries;

  ptrdiff_t strip_size = CK_TILE_ROWS * strip_step(keys), key_size = whole_vectors(keys) * width;
  ptrdiff_t value_size = keys * whole_vectors(width);
  float *strip = ck_scratch(ck_scratch_chunk, sizeof(float) * (size_t)(strip_size + key_size + value_size));
  bool tiled = queries.end - queries.start >= fewest_tiled_queries;
  packed_columns packed_keys = {};
  head_rows values = {};
  for (ptrdiff_t h = key_head * group; h < (key_head + 1) * group; h++) {
    attention_head head = find_head(shape, b, h);
    if (tiled && h == key_head * group) {
      packed_keys = pack_columns(job->k + head.k, shape->key_stride, keys, width, strip + strip_size);
      values = read_whole_vectors(job->v + head.v, shape->value_stride, keys, width,
                                  strip + strip_size + key_size);
    }
    for (ptrdiff_t i = queries.start; i < queries.end; i += tiled ? CK_TILE_ROWS : 1) {
      ptrdiff_t left = queries.end - i;
      if (tiled) {
        attend_tile(job, &head, &packed_keys, values, strip, i, left < CK_TILE_ROWS ? left : CK_TILE_ROWS);
      } else {
        attend_row(job, &head, strip, i);
      }
    }
  }
}

static void attention_chunk(void *context, ptrdiff_t chunk) {
  attention_job job = *(const attention_job *)context;
  attention_chunk_place place = place_of_attention_chunk(&job, chunk);
  ck_attention own = attention_of_sequence(job.shape, place.b);
  job.shape = &own;
  attend_chunk(&job, place);
}

#if CK_MATRIX_UNIT
static void attention_unit_chunk(void *context, ptrdiff_t chunk);
static bool takes_unit(const ck_attention *shape);
#endif

static void attention(ck_pool *pool, void *out, void *lse, const void *q, const void *k, const void *v,
                      const ck_attention *shape) {
  attention_job job = {shape, out, lse, q, k, v, chunks_of(shape->query_length, attention_block_queries)};
  void (*chunk)(void *context, ptrdiff_t chunk) = attention_chunk;
#if CK_MATRIX_UNIT
  if (takes_unit(shape)) chunk = attention_unit_chunk;
#endif
  ck_pool_run(pool, shape->batch * shape->key_heads * job.blocks, chunk, &job);
}
