typedef struct rotary_job {
  float *y;
  const float *x, *cosines, *sines;
  const ck_rotary *shape;
} rotary_job;

/// One head of one token: (a, b) ↦ (a·cos − b·sin, b·cos + a·sin), a in the lower half and b in the upper.
CK_INLINE void rotate_head(float *y, const float *x, const float *cosine, const float *sine, float sign,
                           ptrdiff_t half) {
  for (ptrdiff_t i = 0; i < half; i += CK_LANES) {
    ptrdiff_t lanes = lanes_of(half - i);
    vec a = load_first(x + i, lanes), b = load_first(x + half + i, lanes);
    vec c = load_first(cosine + i, lanes), s = sign * load_first(sine + i, lanes);
    store_first(y + i, a * c - b * s, lanes);
    store_first(y + half + i, b * c + a * s, lanes);
  }
}

static void rotary_chunk(void *context, ptrdiff_t chunk) {
  const rotary_job *job = context;
  const ck_rotary *shape = job->shape;
  ptrdiff_t width = shape->row_width, half = shape->head_width / 2;
  ptrdiff_t rotated = shape->heads * shape->head_width;
  span rows = span_of(chunk, rows_of_chunk(width), shape->rows);
  for (ptrdiff_t r = rows.start; r < rows.end; r++) {
    ptrdiff_t angles = (shape->first_position + r % shape->sequence_length) * half;
    for (ptrdiff_t h = 0; h < shape->heads; h++) {
      ptrdiff_t head = r * width + h * shape->head_width;
      rotate_head(job->y + head, job->x + head, job->cosines + angles, job->sines + angles,
                  shape->inverse ? -1 : 1, half);
    }
    if (job->y != job->x) {
      memcpy(job->y + r * width + rotated, job->x + r * width + rotated,
             sizeof(float) * (size_t)(width - rotated));
    }
  }
}

static void rotary(ck_pool *pool, void *y, const void *x, const void *cosines, const void *sines,
                   const ck_rotary *shape) {
  rotary_job job = {y, x, cosines, sines, shape};
  ck_pool_run(pool, chunks_of(shape->rows, rows_of_chunk(shape->row_width)), rotary_chunk, &job);
}
