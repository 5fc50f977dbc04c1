// What this machine could do at most: the measure beside which `minigpt bench` puts what the kernels do.

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stdint.h>
#include <string.h>

#include "CKernels.h"
#include "../tables/tables.h"
#include "../float32/amx/tile_config.h"

// Enough chunks that all threads end together.
enum { chunks_per_thread = 8, vector_bytes = 64, vector_floats = 16, max_sums = 12 };

/// One register of AVX-512, two of AVX2, four of a baseline: the compiler cuts it as it must.
typedef float vector __attribute__((vector_size(vector_bytes)));

// MARK: - Multiply-adds

typedef struct multiply_add_job {
  ptrdiff_t rounds;
  float *results;  // one of each chunk, so that its sums are wanted
} multiply_add_job;

/// sum = sum · ½ + 1 in independent sums: enough that none waits for another (two multipliers that take four
/// cycles want 8 registers of them, four want 16), few enough that all stay in registers.
__attribute__((always_inline)) static inline float multiply_add(const int sums, ptrdiff_t rounds) {
#pragma clang fp contract(fast)
  const vector half = (vector){} + 0.5f, one = (vector){} + 1;
  vector sum[max_sums];
  for (int s = 0; s < sums; s++) sum[s] = (vector){} + (float)(rounds + s);
  for (ptrdiff_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int s = 0; s < sums; s++) sum[s] = sum[s] * half + one;
  }
  vector total = {};
  for (int s = 0; s < sums; s++) total += sum[s];
  return total[0];
}

#if defined(__x86_64__)
enum { avx512_sums = 12, avx2_sums = 6, baseline_sums = 3 };  // 12 registers each

__attribute__((target("avx512f"))) static void multiply_add_avx512(void *context, ptrdiff_t chunk) {
  multiply_add_job *job = context;
  job->results[chunk] = multiply_add(avx512_sums, job->rounds);
}

__attribute__((target("avx2,fma"))) static void multiply_add_avx2(void *context, ptrdiff_t chunk) {
  multiply_add_job *job = context;
  job->results[chunk] = multiply_add(avx2_sums, job->rounds);
}

/// The same of pairs of bfloat16 numbers, added into float32 sums.
__attribute__((target("avx512f,avx512bf16"))) static void multiply_add_bfloat16(void *context,
                                                                                ptrdiff_t chunk) {
  multiply_add_job *job = context;
  const __m512bh ones = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  __m512 sum[avx512_sums];
  for (int s = 0; s < avx512_sums; s++) sum[s] = _mm512_set1_ps((float)(job->rounds + s));
  for (ptrdiff_t round = 0; round < job->rounds; round++) {
#pragma clang loop unroll(full)
    for (int s = 0; s < avx512_sums; s++) sum[s] = _mm512_dpbf16_ps(sum[s], ones, ones);
  }
  __m512 total = _mm512_setzero_ps();
  for (int s = 0; s < avx512_sums; s++) total += sum[s];
  job->results[chunk] = total[0];
}

enum { tile_sums = 4 };  // in four registers, of 16 × 16 sums each; a pair of others holds the factors

/// The same of tiles.
__attribute__((target("amx-tile,amx-bf16"))) static void multiply_add_tiles(void *context, ptrdiff_t chunk) {
  multiply_add_job *job = context;
  _Alignas(vector_bytes) uint32_t ones[ck_tile_rows * ck_tile_row_bytes / sizeof(uint32_t)];
  for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) ones[i] = 0x3f803f80;
  ck_tile_config shapes = ck_full_tile_config();
  _tile_loadconfig(&shapes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, ones, ck_tile_row_bytes);
  _tile_loadd(5, ones, ck_tile_row_bytes);
  for (ptrdiff_t round = 0; round < job->rounds; round++) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_stored(0, ones, ck_tile_row_bytes);
  _tile_release();
  memcpy(&job->results[chunk], ones, sizeof(float));
}
#else
enum { baseline_sums = 5 };  // 20 of 32 registers
#endif

static void multiply_add_baseline(void *context, ptrdiff_t chunk) {
  multiply_add_job *job = context;
  job->results[chunk] = multiply_add(baseline_sums, job->rounds);
}

/// A loop, and how many multiply-adds each of its rounds is.
typedef struct multiply_add_loop {
  void (*body)(void *context, ptrdiff_t chunk);
  double multiply_adds;
} multiply_add_loop;

static multiply_add_loop loop_for(const ck_kernels *table, ck_precision precision) {
#if defined(__x86_64__)
  if (table == &ck_table_avx2) return (multiply_add_loop){multiply_add_avx2, avx2_sums * vector_floats};
  if (table == &ck_table_amx && precision != ck_precision_highest) {
    // Each sum takes 16 pairs of numbers; in high three of these products make one.
    double multiply_adds = tile_sums * 16 * 16 * 32;
    return (multiply_add_loop){multiply_add_tiles, precision == ck_precision_high ? multiply_adds / 3 : multiply_adds};
  }
  if (table == &ck_table_avx512bf16 && precision == ck_precision_medium) {
    return (multiply_add_loop){multiply_add_bfloat16, 2 * avx512_sums * vector_floats};
  }
  if (table != &ck_table_baseline) return (multiply_add_loop){multiply_add_avx512, avx512_sums * vector_floats};
#else
  (void)table, (void)precision;
#endif
  return (multiply_add_loop){multiply_add_baseline, baseline_sums * vector_floats};
}

double ck_peak_multiply_add(ck_pool *pool, const ck_kernels *table, ck_precision precision,
                            ptrdiff_t rounds) {
  multiply_add_loop loop = loop_for(table, precision);
  ptrdiff_t chunks = chunks_per_thread * (ptrdiff_t)ck_pool_threads(pool);
  float results[chunks];
  multiply_add_job job = {.rounds = rounds, .results = results};
  ck_pool_run(pool, chunks, loop.body, &job);
  return 2 * loop.multiply_adds * (double)rounds * (double)chunks;
}

// MARK: - Memory

typedef struct copy_job {
  char *y;
  const char *x;
  size_t bytes;
  ptrdiff_t chunks;
} copy_job;

static void copy_chunk(void *context, ptrdiff_t chunk) {
  const copy_job *job = context;
  size_t start = job->bytes / (size_t)job->chunks * (size_t)chunk;
  size_t end = chunk + 1 == job->chunks ? job->bytes : job->bytes / (size_t)job->chunks * (size_t)(chunk + 1);
  memcpy(job->y + start, job->x + start, end - start);
}

void ck_peak_copy(ck_pool *pool, void *y, const void *x, size_t bytes) {
  copy_job job = {.y = y, .x = x, .bytes = bytes, .chunks = chunks_per_thread * ck_pool_threads(pool)};
  ck_pool_run(pool, job.chunks, copy_chunk, &job);
}
