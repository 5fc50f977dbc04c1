#include "EmulatedMatrixUnit.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>

#include "../../Sources/CKernels/float32/prelude.h"

// MARK: - The unit: Intel's Architectures Software Developer's Manual, volume 2, under the instructions' names

enum { tiles = 8, tile_rows = 16, tile_columns = 16 };

static _Thread_local struct {
  bool taken;
  float tile[tiles][tile_rows][tile_columns];
} unit;

/// Tiles of any other shape than the one that our kernels ask for are not emulated.
static void emulate_take(const void *shape) {
  const uint8_t *bytes = shape;
  const uint16_t *row_bytes = (const uint16_t *)(bytes + 16);
  if (bytes[0] != 1 || bytes[1] != 0) abort();
  for (int t = 0; t < tiles; t++) {
    if (bytes[48 + t] != tile_rows || row_bytes[t] != sizeof unit.tile[t][0]) abort();
  }
  unit.taken = true;
  memset(unit.tile, 0, sizeof unit.tile);
}

static void emulate_release(void) { unit.taken = false; }

static void use(void) {
  if (!unit.taken) abort();
}

static void emulate_zero(int t) {
  use();
  memset(unit.tile[t], 0, sizeof unit.tile[t]);
}

static void emulate_load(int t, const void *memory, ptrdiff_t step) {
  use();
  for (int r = 0; r < tile_rows; r++) memcpy(unit.tile[t][r], (const char *)memory + r * step, sizeof unit.tile[t][r]);
}

static void emulate_store(int t, void *memory, ptrdiff_t step) {
  use();
  for (int r = 0; r < tile_rows; r++) memcpy((char *)memory + r * step, unit.tile[t][r], sizeof unit.tile[t][r]);
}

__attribute__((target("avx512f,avx512bf16"))) static void emulate_products(int c, int a, int b) {
  use();
  for (int r = 0; r < tile_rows; r++) {
    __m512 sum = _mm512_loadu_ps(unit.tile[c][r]);
    for (int p = 0; p < tile_columns; p++) {
      int32_t pair;
      memcpy(&pair, &unit.tile[a][r][p], sizeof pair);
      sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32(pair), (__m512bh)_mm512_loadu_ps(unit.tile[b][p]));
    }
    _mm512_storeu_ps(unit.tile[c][r], sum);
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
#define CK_TILE_ROWS 8
#define CK_TILE_VECTORS 3
#define CK_BFLOAT16 1
#define CK_MATRIX_UNIT 1
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
