// Element by element: functions of one and two tensors.

#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include <math.h>

#include "vectors/chunks.inl.h"
#include "vectors/exponential.inl.h"

/// ½(1 + tanh u) = 1 / (1 + e⁻²ᵘ), so that gelu(x) = x · logistic(2u) takes one exponential.
CK_INLINE vec gelu_twice_u(vec x) { return x * (1.5957691216f + 0.0713548163f * (x * x)); }

/// The derivative of x · logistic(t(x)), given t and its derivative.
CK_INLINE vec gated_derivative(vec x, vec t, vec slope) {
  // e⁻ᵗ is kept finite, so that 1 − s = s·e⁻ᵗ holds at both ends, without cancellation.
  vec fading = exponential(-t);
  fading = choose(fading > 3.0e38f, splat(3.0e38f), fading);
  vec s = 1.0f / (1.0f + fading);
  return s + x * s * (s * fading) * slope;
}

CK_INLINE vec gelu_derivative(vec x) {
  return gated_derivative(x, gelu_twice_u(x), 1.5957691216f + 3.0f * 0.0713548163f * (x * x));
}

/// max(0, x); NaN stays.
CK_INLINE vec rectified(vec x) { return choose(x <= 0.0f, (vec){}, x); }

CK_INLINE vec unary_value(const ck_unary op, vec x) {
  switch (op) {
    case ck_unary_exp: return exponential(x);
    case ck_unary_log: return logarithm(x);
    case ck_unary_sqrt: return __builtin_elementwise_sqrt(x);
    case ck_unary_tanh: return hyperbolic_tangent(x);
    case ck_unary_sigmoid: return logistic(x);
    case ck_unary_relu: return rectified(x);
    case ck_unary_silu: return x / (1.0f + exponential(-x));
    case ck_unary_gelu: return x / (1.0f + exponential(-gelu_twice_u(x)));
    case ck_unary_relu_squared: return rectified(x) * rectified(x);
  }
}

/// f′(x), where y = f(x).
CK_INLINE vec unary_derivative(const ck_unary op, vec x, vec y) {
  switch (op) {
    case ck_unary_exp: return y;
    case ck_unary_log: return 1.0f / x;
    case ck_unary_sqrt: return 0.5f / y;
    case ck_unary_tanh: return 1.0f - y * y;
    case ck_unary_sigmoid: return y * (1.0f - y);
    case ck_unary_relu: return choose(x <= 0.0f, (vec){}, splat(1.0f));
    case ck_unary_silu: return gated_derivative(x, x, splat(1.0f));
    case ck_unary_gelu: return gelu_derivative(x);
    case ck_unary_relu_squared: return 2.0f * rectified(x);
  }
}

// MARK: - Unary

typedef struct unary_job {
  ck_unary op;
  float *y, *dx;
  const float *dy, *x, *known_y;
  ptrdiff_t n;
} unary_job;

CK_INLINE void unary_span(const ck_unary op, const unary_job *job, span part) {
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    store_first(job->y + e, unary_value(op, load_first(job->x + e, lanes)), lanes);
  }
}

CK_INLINE void unary_backward_span(const ck_unary op, const unary_job *job, span part) {
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    vec derivative = unary_derivative(op, load_first(job->x + e, lanes), load_first(job->known_y + e, lanes));
    store_first(job->dx + e, load_first(job->dy + e, lanes) * derivative, lanes);
  }
}

CK_INLINE void unary_with_backward_span(const ck_unary op, const unary_job *job, span part) {
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    vec x = load_first(job->x + e, lanes), y = unary_value(op, x);
    store_first(job->y + e, y, lanes);
    store_first(job->dx + e, load_first(job->dy + e, lanes) * unary_derivative(op, x, y), lanes);
  }
}

// The operation is a constant inside each case, so that each gets a loop of its own.
#define CK_UNARY_CHUNK(name, each)                                               \
  static void name(void *context, ptrdiff_t chunk) {                             \
    const unary_job *job = context;                                              \
    span part = span_of(chunk, chunk_elements, job->n);                          \
    switch (job->op) {                                                           \
      case ck_unary_exp: return each(ck_unary_exp, job, part);                   \
      case ck_unary_log: return each(ck_unary_log, job, part);                   \
      case ck_unary_sqrt: return each(ck_unary_sqrt, job, part);                 \
      case ck_unary_tanh: return each(ck_unary_tanh, job, part);                 \
      case ck_unary_sigmoid: return each(ck_unary_sigmoid, job, part);           \
      case ck_unary_relu: return each(ck_unary_relu, job, part);                 \
      case ck_unary_silu: return each(ck_unary_silu, job, part);                 \
      case ck_unary_gelu: return each(ck_unary_gelu, job, part);                 \
      case ck_unary_relu_squared: return each(ck_unary_relu_squared, job, part); \
    }                                                                            \
  }

CK_UNARY_CHUNK(unary_chunk, unary_span)
CK_UNARY_CHUNK(unary_backward_chunk, unary_backward_span)
CK_UNARY_CHUNK(unary_with_backward_chunk, unary_with_backward_span)

static void unary(ck_pool *pool, ck_unary op, void *y, const void *x, ptrdiff_t n) {
  unary_job job = {.op = op, .y = y, .x = x, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), unary_chunk, &job);
}

static void unary_backward(ck_pool *pool, ck_unary op, void *dx, const void *dy, const void *x, const void *y,
                           ptrdiff_t n) {
  unary_job job = {.op = op, .dx = dx, .dy = dy, .x = x, .known_y = y, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), unary_backward_chunk, &job);
}

static void unary_with_backward(ck_pool *pool, ck_unary op, void *y, void *dx, const void *dy, const void *x,
                                ptrdiff_t n) {
  unary_job job = {.op = op, .y = y, .dx = dx, .dy = dy, .x = x, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), unary_with_backward_chunk, &job);
}

// MARK: - Binary

typedef struct binary_job {
  ck_binary op;
  float *y;
  const float *a, *b;
  ptrdiff_t n;
} binary_job;

CK_INLINE void binary_span(const ck_binary op, const binary_job *job, span part) {
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    vec a = load_first(job->a + e, lanes), b = load_first(job->b + e, lanes);
    vec y = op == ck_binary_add        ? a + b
            : op == ck_binary_subtract ? a - b
            : op == ck_binary_multiply ? a * b
                                       : a / b;
    store_first(job->y + e, y, lanes);
  }
}

static void binary_chunk(void *context, ptrdiff_t chunk) {
  const binary_job *job = context;
  span part = span_of(chunk, chunk_elements, job->n);
  switch (job->op) {
    case ck_binary_add: return binary_span(ck_binary_add, job, part);
    case ck_binary_subtract: return binary_span(ck_binary_subtract, job, part);
    case ck_binary_multiply: return binary_span(ck_binary_multiply, job, part);
    case ck_binary_divide: return binary_span(ck_binary_divide, job, part);
  }
}

static void binary(ck_pool *pool, ck_binary op, void *y, const void *a, const void *b, ptrdiff_t n) {
  binary_job job = {op, y, a, b, n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), binary_chunk, &job);
}

// MARK: - With numbers

typedef struct affine_job {
  float *y;
  const float *x;
  float scale, shift;
  double exponent;
  ptrdiff_t n;
} affine_job;

static void affine_chunk(void *context, ptrdiff_t chunk) {
  const affine_job *job = context;
  span part = span_of(chunk, chunk_elements, job->n);
  vec scale = splat(job->scale), shift = splat(job->shift);
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    store_first(job->y + e, scale * load_first(job->x + e, lanes) + shift, lanes);
  }
}

static void affine(ck_pool *pool, void *y, const void *x, double scale, double shift, ptrdiff_t n) {
  affine_job job = {.y = y, .x = x, .scale = (float)scale, .shift = (float)shift, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), affine_chunk, &job);
}

typedef struct weighted_sum_job {
  float *y;
  const float *x, *z;
  float a, b;
  ptrdiff_t n;
} weighted_sum_job;

static void weighted_sum_chunk(void *context, ptrdiff_t chunk) {
  const weighted_sum_job *job = context;
  span part = span_of(chunk, chunk_elements, job->n);
  vec a = splat(job->a), b = splat(job->b);
  for (ptrdiff_t e = part.start; e < part.end; e += CK_LANES) {
    ptrdiff_t lanes = lanes_of(part.end - e);
    store_first(job->y + e, a * load_first(job->x + e, lanes) + b * load_first(job->z + e, lanes), lanes);
  }
}

static void weighted_sum(ck_pool *pool, void *y, double a, const void *x, double b, const void *z, ptrdiff_t n) {
  weighted_sum_job job = {.y = y, .x = x, .z = z, .a = (float)a, .b = (float)b, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), weighted_sum_chunk, &job);
}

static void power_chunk(void *context, ptrdiff_t chunk) {
  const affine_job *job = context;
  span part = span_of(chunk, chunk_elements, job->n);
  for (ptrdiff_t e = part.start; e < part.end; e++) job->y[e] = (float)pow(job->x[e], job->exponent);
}

static void power(ck_pool *pool, void *y, const void *x, double exponent, ptrdiff_t n) {
  affine_job job = {.y = y, .x = x, .exponent = exponent, .n = n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), power_chunk, &job);
}

#endif
