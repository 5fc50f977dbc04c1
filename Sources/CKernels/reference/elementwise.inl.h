// Element by element: functions of one and two tensors, in float64.

#ifndef CK_REFERENCE_ELEMENTWISE_H
#define CK_REFERENCE_ELEMENTWISE_H

#include <math.h>

#include "real.h"

static const double gelu_slope = 0.7978845608028654;  // √(2/π)
static const double gelu_cubic = 0.044715;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double unary_value(ck_unary op, double x) {
  switch (op) {
    case ck_unary_exp: return exp(x);
    case ck_unary_log: return log(x);
    case ck_unary_sqrt: return sqrt(x);
    case ck_unary_tanh: return tanh(x);
    case ck_unary_sigmoid: return sigmoid(x);
    case ck_unary_relu: return x <= 0 ? 0 : x;
    case ck_unary_silu: return x * sigmoid(x);
    case ck_unary_gelu: return 0.5 * x * (1 + tanh(gelu_slope * (x + gelu_cubic * x * x * x)));
    case ck_unary_relu_squared: return x <= 0 ? 0 : x * x;
  }
}

static double gelu_derivative(double x) {
  double t = tanh(gelu_slope * (x + gelu_cubic * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * gelu_slope * (1 + 3 * gelu_cubic * x * x);
}

/// f′(x), where y = f(x).
static double unary_derivative(ck_unary op, double x, double y) {
  switch (op) {
    case ck_unary_exp: return y;
    case ck_unary_log: return 1 / x;
    case ck_unary_sqrt: return 0.5 / y;
    case ck_unary_tanh: return 1 - y * y;
    case ck_unary_sigmoid: return y * (1 - y);
    case ck_unary_relu: return x <= 0 ? 0 : 1;
    case ck_unary_silu: return sigmoid(x) * (1 + x * (1 - sigmoid(x)));
    case ck_unary_gelu: return gelu_derivative(x);
    case ck_unary_relu_squared: return x <= 0 ? 0 : 2 * x;
  }
}

static void unary(ck_pool *pool, ck_unary op, void *result, const void *input, ptrdiff_t n) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t e = 0; e < n; e++) y[e] = unary_value(op, x[e]);
}

static void unary_backward(ck_pool *pool, ck_unary op, void *dinput, const void *dresult, const void *input,
                           const void *result, ptrdiff_t n) {
  real *dx = dinput;
  const real *dy = dresult, *x = input, *y = result;
  for (ptrdiff_t e = 0; e < n; e++) dx[e] = dy[e] * unary_derivative(op, x[e], y[e]);
}

static void unary_with_backward(ck_pool *pool, ck_unary op, void *result, void *dinput, const void *dresult,
                                const void *input, ptrdiff_t n) {
  unary(pool, op, result, input, n);
  unary_backward(pool, op, dinput, dresult, input, result, n);
}

static void binary(ck_pool *pool, ck_binary op, void *result, const void *left, const void *right,
                   ptrdiff_t n) {
  real *y = result;
  const real *a = left, *b = right;
  for (ptrdiff_t e = 0; e < n; e++) {
    switch (op) {
      case ck_binary_add: y[e] = a[e] + b[e]; break;
      case ck_binary_subtract: y[e] = a[e] - b[e]; break;
      case ck_binary_multiply: y[e] = a[e] * b[e]; break;
      case ck_binary_divide: y[e] = a[e] / b[e]; break;
    }
  }
}

static void affine(ck_pool *pool, void *result, const void *input, double scale, double shift, ptrdiff_t n) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t e = 0; e < n; e++) y[e] = scale * x[e] + shift;
}

static void weighted_sum(ck_pool *pool, void *result, double a, const void *left, double b, const void *right,
                         ptrdiff_t n) {
  real *y = result;
  const real *x = left, *z = right;
  for (ptrdiff_t e = 0; e < n; e++) y[e] = a * x[e] + b * z[e];
}

static void power(ck_pool *pool, void *result, const void *input, double exponent, ptrdiff_t n) {
  real *y = result;
  const real *x = input;
  for (ptrdiff_t e = 0; e < n; e++) y[e] = pow(x[e], exponent);
}

#endif
