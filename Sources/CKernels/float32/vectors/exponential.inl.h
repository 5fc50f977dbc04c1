// The exponential, what is made of it, and the logarithm.

#ifndef CK_VECTORS_EXPONENTIAL_H
#define CK_VECTORS_EXPONENTIAL_H

#include <math.h>

#include "vector.inl.h"

/// x · 2ⁿ for an integer n from −151 to 128, subnormal results rounded once.
CK_INLINE vec times_power_of_two(vec x, vec n) {
#if defined(__x86_64__) && CK_LANES == 16
  return (vec)_mm512_scalef_ps((__m512)x, (__m512)n);
#else
  // In two factors, since n itself may leave the range of exponents.
  // Adding 1.5·2²³ leaves the integer in the low bits of the sum, whatever NaN leaves there.
  ivec power = (ivec)(n + 12582912.0f) - 0x4B400000, first = power >> 1, second = power - first;
  return x * (vec)((first + 127) << 23) * (vec)((second + 127) << 23);
#endif
}

/// eˣ, after S. Moshier's Cephes library (expf): x = n·ln 2 + r with |r| ≤ ½ ln 2, and a polynomial for eʳ.
/// At most 2 ulp off; 0 below −104, +∞ above 88.73, NaN for NaN, and subnormal results are rounded right.
CK_INLINE vec exponential(vec x) {
  // NaN passes both comparisons by.
  x = choose(x > 89.0f, splat(89.0f), x);
  x = choose(x < -104.0f, splat(-104.0f), x);
  // Adding 1.5·2²³ leaves no room for a fraction: what comes back is the nearest integer.
  vec n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
  // ln 2 in two parts; n times the first is exact.
  vec r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  vec p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return times_power_of_two(p * (r * r) + r + 1.0f, n);
}

/// 1 / (1 + e⁻ˣ)
CK_INLINE vec logistic(vec x) { return 1.0f / (1.0f + exponential(-x)); }

/// tanh x: a polynomial where e²ˣ − 1 would cancel (Cephes), 1 − 2 / (e²ˣ + 1) elsewhere.
CK_INLINE vec hyperbolic_tangent(vec x) {
  vec size = choose(x < 0.0f, -x, x), square = x * x;
  vec far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
  vec p = splat(-5.70498872745e-3f);
  p = p * square + 2.06390887954e-2f;
  p = p * square + -5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square + -3.33332819422e-1f;
  vec near = p * square * x + x;
  return choose(size < 0.625f, near, choose(x < 0.0f, -far, far));
}

/// log x, after Cephes (logf): x = m·2ⁿ with √½ ≤ m < √2, and a polynomial for log m. At most 2 ulp off; −∞
/// for 0, NaN below it.
CK_INLINE vec logarithm(vec x) {
  ivec subnormal = x < 1.17549435e-38f;
  uvec bits = (uvec)choose(subnormal, x * 8388608.0f, x);
  ivec power = (ivec)(bits - 0x3F3504F3u) >> 23;
  vec m = (vec)(bits - (uvec)(power << 23)) - 1.0f;
  vec n = __builtin_convertvector(power - (subnormal & 23), vec);
  vec p = splat(7.0376836292e-2f);
  p = p * m + -1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m + -1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m + -1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m + -2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  vec square = m * m;
  vec y = p * m * square + n * -2.12194440e-4f - 0.5f * square;
  y = n * 0.693359375f + (m + y);
  y = choose(x == 0.0f, splat(-INFINITY), choose(x < 0.0f, splat(NAN), y));
  return choose((x == INFINITY) | (x != x), x, y);
}

#endif
