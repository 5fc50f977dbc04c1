static void embedding(ck_pool *pool, void *result, const void *table, const int32_t *ids, ptrdiff_t count,
                      ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < count; i++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      ((real *)result)[i * width + c] = ((const real *)table)[ids[i] * width + c];
    }
  }
}

static void embedding_backward(ck_pool *pool, void *dtable, const void *dresult, const int32_t *ids,
                               ptrdiff_t count, ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < count; i++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      ((real *)dtable)[ids[i] * width + c] += ((const real *)dresult)[i * width + c];
    }
  }
}

static void rotary(ck_pool *pool, void *result, const void *input, const void *cosines, const void *sines,
                   const ck_rotary *shape) {
  ptrdiff_t half = shape->head_width / 2, width = shape->row_width;
  for (ptrdiff_t r = 0; r < shape->rows; r++) {
    ptrdiff_t position = shape->first_position + r % shape->sequence_length;
    const real *cosine = (const real *)cosines + position * half;
    const real *sine = (const real *)sines + position * half;
    const real *x = (const real *)input + r * width;
    real *y = (real *)result + r * width;
    for (ptrdiff_t h = 0; h < shape->heads; h++) {
      ptrdiff_t head = h * shape->head_width;
      for (ptrdiff_t i = 0; i < half; i++) {
        double a = x[head + i], b = x[head + i + half];
        double s = shape->inverse ? -sine[i] : sine[i];
        y[head + i] = a * cosine[i] - b * s;
        y[head + i + half] = b * cosine[i] + a * s;
      }
    }
    for (ptrdiff_t c = shape->heads * shape->head_width; c < width; c++) y[c] = x[c];
  }
}
