#include "EmulatedMatrixUnit.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>

#include "../../Sources/CKernels/float32/prelude.h"

// MARK: - The unit, after Intel's Software Developer's Manual, volume 2, under the instructions' names

static _Thread_local struct {
  bool taken;
  float tile[ck_tiles][ck_tile_rows][ck_tile_row_bytes / sizeof(float)];
} unit;

/// Tiles of any other shape than the one that our kernels ask for are not emulated, nor is taking the unit twice.
static void emulate_take(const void *memory) {
  ck_tile_config shapes = ck_full_tile_config();
  if (unit.taken || memcmp(memory, &shapes, sizeof shapes) != 0) abort();
  unit.taken = true;
  memset(unit.tile, 0, sizeof unit.tile);
}

static void use(void) {
  if (!unit.taken) abort();
}

static void emulate_release(void) {
  use();
  unit.taken = false;
}

static void emulate_zero(int t) {
  use();
  memset(unit.tile[t], 0, sizeof unit.tile[t]);
}

static void emulate_load(int t, const void *memory, ptrdiff_t step) {
  use();
  for (int r = 0; r < ck_tile_rows; r++) memcpy(unit.tile[t][r], (const char *)memory + r * step, sizeof unit.tile[t][r]);
}

static void emulate_store(int t, void *memory, ptrdiff_t step) {
  use();
  for (int r = 0; r < ck_tile_rows; r++) memcpy((char *)memory + r * step, unit.tile[t][r], sizeof unit.tile[t][r]);
}

/// Even and odd numbers are summed apart, from 0, and C is added last.
__attribute__((target("avx512f,avx512bf16"))) static void emulate_products(int c, int a, int b) {
  use();
  for (int r = 0; r < ck_tile_rows; r++) {
    __m512 even = _mm512_setzero_ps(), odd = even;
    for (int p = 0; p < ck_tile_rows; p++) {
      int32_t pair;
      memcpy(&pair, &unit.tile[a][r][p], sizeof pair);
      __m512i left = _mm512_set1_epi32(pair), right = _mm512_loadu_si512(unit.tile[b][p]);
      __m512i first = _mm512_set1_epi32(0xFFFF), second = _mm512_slli_epi32(first, 16);
      even = _mm512_dpbf16_ps(even, (__m512bh)(left & first), (__m512bh)(right & first));
      odd = _mm512_dpbf16_ps(odd, (__m512bh)(left & second), (__m512bh)(right & second));
    }
    _mm512_storeu_ps(unit.tile[c][r], _mm512_loadu_ps(unit.tile[c][r]) + (even + odd));
  }
}

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig emulate_take
#define _tile_release emulate_release
#define _tile_zero emulate_zero
#define _tile_loadd emulate_load
#define _tile_stored emulate_store
#define _tile_dpbf16ps emulate_products

// MARK: - The kernels over it

#define CK_LANES 16
#define CK_MR 8
#define CK_NR_VECTORS 3
#define CK_BFLOAT16 1
#define CK_AMX 1
#define CK_TABLE ck_table_emulated
#define CK_TABLE_NAME "amx, emulated"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), \
                             apply_to = function)
#include "../../Sources/CKernels/float32/float32.inl.h"
#pragma clang attribute pop

const ck_kernels *ck_kernels_emulated(void) {
  __builtin_cpu_init();
  bool runs = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
  return runs ? &ck_table_emulated : NULL;
}

#else

#include <stddef.h>

const ck_kernels *ck_kernels_emulated(void) { return NULL; }

#endif
