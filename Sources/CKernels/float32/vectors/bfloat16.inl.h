// `medium` precision: factors rounded to bfloat16, the upper half of a float's bits, of which 8 are significant. In
// `high` precision a factor is hi + lo, both bfloat16.
//
// Two of them, one above the other along the sum, make a pair, which takes a float's place in memory and in a
// register (Intel calls a matrix packed like this VNNI). A multiply-add of pairs is two multiply-adds, summed in
// float32. Subnormal factors, products and sums count as 0.

#ifndef CK_VECTORS_BFLOAT16_H
#define CK_VECTORS_BFLOAT16_H

#include "vector.inl.h"

// Vectors multiply pairs where there is nothing faster.
#define CK_VECTOR_PAIRS (CK_BFLOAT16 && !CK_AMX)

/// What an operand is made of: each place along the sum is one float, or a pair of bfloat16 numbers.
typedef enum operand_format { floats, pairs } operand_format;

/// How many places along the sum k numbers take.
CK_INLINE ptrdiff_t places_of(const operand_format format, ptrdiff_t k) { return format == pairs ? (k + 1) / 2 : k; }

/// The first number of a place.
CK_INLINE ptrdiff_t first_at(const operand_format format, ptrdiff_t place) {
  return format == pairs ? 2 * place : place;
}

#if CK_BFLOAT16

/// Lane by lane, the pair of a number and the one after it.
CK_INLINE vec paired(vec first, vec second) {
  __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)first));
  __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)second));
  return (vec)_mm512_or_epi32(low, _mm512_slli_epi32(high, 16));
}

/// x₀x₁ x₂x₃ …: of two vectors of neighbours one vector of pairs.
CK_INLINE vec neighbours_paired(vec first, vec second) {
  return (vec)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

CK_INLINE vec add_products_of_pairs(vec sum, vec a, vec b) {
  return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

/// lo of hi + lo: what rounding to bfloat16 takes away from a number.
CK_INLINE vec lower_part(vec x) {
  vec upper = paired((vec){}, x);  // a pair of 0 and a number has that number's bits as a float
  return x - upper;
}

#else  // nothing is ever made of pairs

CK_INLINE vec paired(vec first, vec second) { __builtin_unreachable(); }
CK_INLINE vec neighbours_paired(vec first, vec second) { __builtin_unreachable(); }
CK_INLINE vec add_products_of_pairs(vec sum, vec a, vec b) { __builtin_unreachable(); }

#endif

CK_INLINE vec multiply_add(const operand_format format, vec sum, vec a, vec b) {
  return format == pairs ? add_products_of_pairs(sum, a, b) : sum + a * b;
}

/// The numbers that a vector of pairs is made of.
typedef struct numbers_of_pairs {
  vec first, second;
} numbers_of_pairs;

/// Lane by lane, two numbers one above the other; `left` rows remain in all, 0 after those.
CK_INLINE numbers_of_pairs numbers_down(const float *x, ptrdiff_t stride, ptrdiff_t left, ptrdiff_t lanes) {
  return (numbers_of_pairs){load_first(x, lanes), left > 1 ? load_first(x + stride, lanes) : (vec){}};
}

/// The next 2 · CK_LANES numbers of a row, of which `left` remain; 0 after those.
CK_INLINE numbers_of_pairs numbers_along(const float *x, ptrdiff_t left) {
  ptrdiff_t more = left - CK_LANES;
  return (numbers_of_pairs){load_first(x, lanes_of(left)),
                            more > 0 ? load_first(x + CK_LANES, lanes_of(more)) : (vec){}};
}

/// Column by column, the place that starts at row x; `left` rows remain in all.
CK_INLINE vec load_down(const operand_format format, const float *x, ptrdiff_t stride, ptrdiff_t left,
                        ptrdiff_t lanes) {
  if (format == floats) return load_first(x, lanes);
  numbers_of_pairs numbers = numbers_down(x, stride, left, lanes);
  return paired(numbers.first, numbers.second);
}

/// The next CK_LANES places of a row, of which `left` numbers remain; 0 after those.
CK_INLINE vec load_along(const operand_format format, const float *x, ptrdiff_t left) {
  if (format == floats) return load_first(x, lanes_of(left));
  numbers_of_pairs numbers = numbers_along(x, left);
  return neighbours_paired(numbers.first, numbers.second);
}

#endif
