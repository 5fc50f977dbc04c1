static void copy_axis(real *y, const ptrdiff_t *y_strides, const real *x, const ptrdiff_t *x_strides,
                      int rank, const ptrdiff_t *shape) {
  if (rank == 0) {
    *y = *x;
    return;
  }
  for (ptrdiff_t i = 0; i < shape[0]; i++) {
    copy_axis(y + i * y_strides[0], y_strides + 1, x + i * x_strides[0], x_strides + 1, rank - 1, shape + 1);
  }
}

static void copy_strided(ck_pool *pool, void *y, const ptrdiff_t *y_strides, const void *x,
                         const ptrdiff_t *x_strides, int rank, const ptrdiff_t *shape) {
  copy_axis(y, y_strides, x, x_strides, rank, shape);
}

static void sum_rows(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t r = 0; r < rows; r++) {
    double sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += x[r * columns + c];
    y[r] = sum;
  }
}

/// NaN where there is one, −∞ where there is nothing.
static double largest(const real *x, ptrdiff_t n) {
  double most = -INFINITY;
  for (ptrdiff_t e = 0; e < n; e++) {
    if (x[e] > most || isnan(x[e])) most = x[e];
  }
  return most;
}

static void max_rows(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t r = 0; r < rows; r++) y[r] = largest(x + r * columns, columns);
}

static void sum_columns(ck_pool *pool, void *result, const void *input, ptrdiff_t rows, ptrdiff_t columns) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t c = 0; c < columns; c++) {
    double sum = 0;
    for (ptrdiff_t r = 0; r < rows; r++) sum += x[r * columns + c];
    y[c] = sum;
  }
}

static double sum_squares(ck_pool *pool, const void *input, ptrdiff_t n) {
  const real *x = input;
  double sum = 0;
  for (ptrdiff_t e = 0; e < n; e++) sum += (double)x[e] * x[e];
  return sum;
}
