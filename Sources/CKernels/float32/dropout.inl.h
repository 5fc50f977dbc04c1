// Dropout, and the random numbers under it: Philox4x32-10 (CRandom), CK_LANES counters at a time.

#ifndef CK_DROPOUT_H
#define CK_DROPOUT_H

#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef uint64_t wide_uvec __attribute__((vector_size(CK_LANES * sizeof(uint64_t))));

/// The high and the low half of factor · x.
CK_INLINE uvec multiply_wide(uint32_t factor, uvec x, uvec *low) {
  wide_uvec product = __builtin_convertvector(x, wide_uvec) * factor;
  *low = __builtin_convertvector(product, uvec);
  return __builtin_convertvector(product >> 32, uvec);
}

CK_INLINE void random_blocks(cr_key key, uvec word[4]) {
  uint32_t k0 = key.word[0], k1 = key.word[1];
  for (int round = 0; round < 10; round++) {
    uvec low0, low1;
    uvec high0 = multiply_wide(0xD2511F53u, word[0], &low0);
    uvec high1 = multiply_wide(0xCD9E8D57u, word[2], &low1);
    word[0] = high1 ^ word[1] ^ k0;
    word[1] = low1;
    word[2] = high0 ^ word[3] ^ k1;
    word[3] = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

enum { dropout_lanes = 4 * CK_LANES };  // elements that one round of random_blocks serves

/// share[e] is `kept` or 0 for the `dropout_lanes` elements from that of word 0 of counter
/// {first, c1, c2, 0} on.
CK_INLINE void draw_dropout_scales(float dropout_scale[dropout_lanes], cr_key key, uint32_t first, uint32_t c1,
                           uint32_t c2, uint32_t threshold, float kept) {
  uvec block;
  for (uint32_t lane = 0; lane < CK_LANES; lane++) block[lane] = first + lane;
  uvec word[4] = {block, (uvec){} + c1, (uvec){} + c2, (uvec){}};
  random_blocks(key, word);
  vec drawn[4];
  for (int w = 0; w < 4; w++) drawn[w] = choose((ivec)(word[w] >= threshold), splat(kept), (vec){});
  // Words 0 to 3 of one counter belong to four neighbouring elements.
  vec even_low = interleave_low(drawn[0], drawn[2]), odd_low = interleave_low(drawn[1], drawn[3]);
  vec even_high = interleave_high(drawn[0], drawn[2]), odd_high = interleave_high(drawn[1], drawn[3]);
  store(dropout_scale, interleave_low(even_low, odd_low));
  store(dropout_scale + CK_LANES, interleave_high(even_low, odd_low));
  store(dropout_scale + 2 * CK_LANES, interleave_low(even_high, odd_high));
  store(dropout_scale + 3 * CK_LANES, interleave_high(even_high, odd_high));
}

typedef struct dropout_job {
  float *y;
  const float *x;
  cr_key key;
  uint32_t threshold;
  float kept;
  ptrdiff_t n;
} dropout_job;

static void dropout_chunk(void *context, ptrdiff_t chunk) {
  const dropout_job *job = context;
  span part = span_of(chunk, chunk_elements, job->n);
  for (ptrdiff_t first = part.start; first < part.end; first += dropout_lanes) {
    float dropout_scale[dropout_lanes];
    uint64_t counter = (uint64_t)first / 4;
    draw_dropout_scales(dropout_scale, job->key, (uint32_t)counter, (uint32_t)(counter >> 32), 0, job->threshold,
                        job->kept);
    for (ptrdiff_t e = first; e < first + dropout_lanes && e < part.end; e += CK_LANES) {
      ptrdiff_t lanes = lanes_of(part.end - e);
      vec scale = load(dropout_scale + (e - first));
      vec y = choose(scale == 0.0f, (vec){}, scale * load_first(job->x + e, lanes));
      store_first(job->y + e, y, lanes);
    }
  }
}

static void dropout(ck_pool *pool, void *y, const void *x, double p, cr_key key, ptrdiff_t n) {
  dropout_job job = {y, x, key, ck_dropout_threshold(p), (float)(1 / (1 - p)), n};
  ck_pool_run(pool, chunks_of(n, chunk_elements), dropout_chunk, &job);
}

#endif
