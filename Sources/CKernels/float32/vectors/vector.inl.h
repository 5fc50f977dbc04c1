// One vector register's worth of floats, whatever the instruction set: CK_LANES of them.
//
// Everything is written in Clang's vector extensions; the instruction set's own words are used only where
// those have none (partial loads and stores).

#ifndef CK_VECTORS_VECTOR_H
#define CK_VECTORS_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../prelude.h"

typedef float real;

typedef float vec __attribute__((vector_size(CK_LANES * sizeof(float)), may_alias));
typedef int32_t ivec __attribute__((vector_size(CK_LANES * sizeof(float)), may_alias));
typedef uint32_t uvec __attribute__((vector_size(CK_LANES * sizeof(float)), may_alias));
typedef vec unaligned_vec __attribute__((aligned(sizeof(float))));

#define CK_INLINE static inline __attribute__((always_inline))

CK_INLINE vec load(const float *x) { return *(const unaligned_vec *)x; }
CK_INLINE void store(float *y, vec v) { *(unaligned_vec *)y = v; }
// Subtracting 0 keeps the sign of −0, which adding 0 would not, and so costs no instruction.
CK_INLINE vec splat(float x) { return x - (vec){}; }
/// The bits at x in every lane, whatever they mean.
CK_INLINE vec splat_bits(const void *x) {
  int32_t bits;
  memcpy(&bits, x, sizeof bits);
  return (vec)((ivec){} + bits);
}

/// Lane by lane: yes where `condition` is all ones, no where it is 0.
CK_INLINE vec choose(ivec condition, vec yes, vec no) {
  return (vec)((condition & (ivec)yes) | (~condition & (ivec)no));
}

/// The larger of each pair; NaN where either is one.
CK_INLINE vec larger(vec a, vec b) { return choose((a > b) | (a != a), a, b); }

// MARK: - The last, partial vector of a row

/// How many lanes of the next vector hold data when `left` elements remain.
CK_INLINE ptrdiff_t lanes_of(ptrdiff_t left) { return left < CK_LANES ? left : CK_LANES; }

#if defined(__x86_64__) && CK_LANES == 16

CK_INLINE vec load_partial(const float *x, ptrdiff_t lanes) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << lanes) - 1), x);
}
CK_INLINE void store_partial(float *y, vec v, ptrdiff_t lanes) {
  _mm512_mask_storeu_ps(y, (__mmask16)((1u << lanes) - 1), (__m512)v);
}

#elif defined(__x86_64__) && CK_LANES == 8

static const int32_t lane_masks[2 * CK_LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};

CK_INLINE __m256i mask_of(ptrdiff_t lanes) {
  return _mm256_loadu_si256((const __m256i *)(lane_masks + CK_LANES - lanes));
}
CK_INLINE vec load_partial(const float *x, ptrdiff_t lanes) {
  return (vec)_mm256_maskload_ps(x, mask_of(lanes));
}
CK_INLINE void store_partial(float *y, vec v, ptrdiff_t lanes) {
  _mm256_maskstore_ps(y, mask_of(lanes), (__m256)v);
}

#else

CK_INLINE vec load_partial(const float *x, ptrdiff_t lanes) {
  vec v = {};
  for (ptrdiff_t lane = 0; lane < lanes; lane++) v[lane] = x[lane];
  return v;
}
CK_INLINE void store_partial(float *y, vec v, ptrdiff_t lanes) {
  for (ptrdiff_t lane = 0; lane < lanes; lane++) y[lane] = v[lane];
}

#endif

/// The first `lanes` elements of x, and 0 in the other lanes.
CK_INLINE vec load_first(const float *x, ptrdiff_t lanes) {
  return lanes == CK_LANES ? load(x) : load_partial(x, lanes);
}

CK_INLINE void store_first(float *y, vec v, ptrdiff_t lanes) {
  if (lanes == CK_LANES) {
    store(y, v);
  } else {
    store_partial(y, v, lanes);
  }
}

/// first, first + 1, …: the columns that the lanes of a vector stand for.
CK_INLINE ivec columns_from(ptrdiff_t first) {
  ivec lane;
  for (int index = 0; index < CK_LANES; index++) lane[index] = index;
  return lane + (int32_t)first;
}

/// v in the first `lanes` lanes, `filler` in the others.
CK_INLINE vec fill_after(vec v, ptrdiff_t lanes, float filler) {
  return lanes == CK_LANES ? v : choose(columns_from(0) < (int32_t)lanes, v, splat(filler));
}

// MARK: - Across lanes

#if CK_LANES == 16
#define CK_LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define CK_HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif CK_LANES == 8
#define CK_LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define CK_HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define CK_LOW_HALVES 0, 4, 1, 5
#define CK_HIGH_HALVES 2, 6, 3, 7
#endif

/// a₀ b₀ a₁ b₁ … of the lower halves.
CK_INLINE vec interleave_low(vec a, vec b) { return __builtin_shufflevector(a, b, CK_LOW_HALVES); }
/// The same of the upper halves.
CK_INLINE vec interleave_high(vec a, vec b) { return __builtin_shufflevector(a, b, CK_HIGH_HALVES); }

/// Σ of all lanes, halves onto halves: the same order always.
CK_INLINE float sum_lanes(vec v) {
  for (int width = 1; width < CK_LANES; width *= 2) v = interleave_low(v, v) + interleave_high(v, v);
  return v[0];
}

/// The largest of all lanes; NaN where there is one.
CK_INLINE float largest_lane(vec v) {
  for (int width = 1; width < CK_LANES; width *= 2) v = larger(interleave_low(v, v), interleave_high(v, v));
  return v[0];
}

/// Lane r of the result is Σ of the lanes of row r.
CK_INLINE vec sum_of_each(vec row[CK_LANES]) {
  for (int half = CK_LANES / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      row[i] = interleave_low(row[i], row[i + half]) + interleave_high(row[i], row[i + half]);
    }
  }
  return row[0];
}

/// Lane r of the result is the largest of the lanes of row r, NaN where there is one.
CK_INLINE vec largest_of_each(vec row[CK_LANES]) {
  for (int half = CK_LANES / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      row[i] = larger(interleave_low(row[i], row[i + half]), interleave_high(row[i], row[i + half]));
    }
  }
  return row[0];
}

/// Rows become columns. Each round interleaves row i with row i + CK_LANES / 2, which rotates the bits of
/// (row, column) by one; log₂ CK_LANES rounds exchange them.
CK_INLINE void transpose_block(vec row[CK_LANES]) {
  for (int width = 1; width < CK_LANES; width *= 2) {
    vec next[CK_LANES];
    for (int i = 0; i < CK_LANES / 2; i++) {
      next[2 * i] = interleave_low(row[i], row[i + CK_LANES / 2]);
      next[2 * i + 1] = interleave_high(row[i], row[i + CK_LANES / 2]);
    }
    for (int i = 0; i < CK_LANES; i++) row[i] = next[i];
  }
}

#endif
