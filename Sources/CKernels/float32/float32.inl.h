// A table of the float32 kernels. The including file says how wide a vector is (CK_LANES), how large a tile is
// (CK_MR, CK_NR_VECTORS), whether the instruction set rounds to bfloat16 and multiplies pairs of such numbers
// (CK_BFLOAT16), whether it has AMX that does (CK_AMX), and what the table is called (CK_TABLE,
// CK_TABLE_NAME).

#define CK_KERNELS(file) CK_QUOTED(../float32/file)
#define CK_PRECISIONS                                                                         \
  (1u << ck_precision_highest | (CK_AMX ? 1u << ck_precision_high : 0u) | \
   (CK_BFLOAT16 ? 1u << ck_precision_medium : 0u))
#define CK_ATTENTION_ROUNDS CK_AMX
#include "../tables/table.inl.h"
