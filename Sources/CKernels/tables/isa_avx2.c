#if defined(__x86_64__)

#include <immintrin.h>

#include "../float32/prelude.h"

#define CK_LANES 8
// 16 registers: 12 sums, two vectors of B, one element of A.
#define CK_MR 6
#define CK_NR_VECTORS 2
#define CK_BFLOAT16 0
#define CK_AMX 0
#define CK_TABLE ck_table_avx2
#define CK_TABLE_NAME "avx2"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "../float32/float32.inl.h"
#pragma clang attribute pop

#endif
