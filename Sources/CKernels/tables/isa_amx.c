#if defined(__x86_64__)

#include <immintrin.h>

#include "../float32/prelude.h"

#define CK_LANES 16
// 32 registers: 24 sums, three vectors of B, one element of A.
#define CK_MR 8
#define CK_NR_VECTORS 3
#define CK_BFLOAT16 1
#define CK_AMX 1
#define CK_TABLE ck_table_amx
#define CK_TABLE_NAME "amx"

#pragma clang attribute push(                                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
#include "../float32/float32.inl.h"
#pragma clang attribute pop

#endif
