// What every CPU of the architecture has: SSE2 on x86-64, NEON on arm64.

#include "../float32/prelude.h"

#define CK_LANES 4
#if defined(__aarch64__)
// 32 registers: 24 sums, as with AVX-512.
#define CK_MR 8
#define CK_NR_VECTORS 3
#else
// 16 registers and no fused multiply-add, whose product needs one more: 8 sums.
#define CK_MR 4
#define CK_NR_VECTORS 2
#endif
#define CK_BFLOAT16 0
#define CK_AMX 0
#define CK_TABLE ck_table_baseline
#define CK_TABLE_NAME "baseline"

#include "../float32/float32.inl.h"
