// The float64 table: the executable specification. Plain loops that read like the formula, on the calling
// thread alone, sharing nothing with the fast kernels but the contract.

#include "CKernels.h"
#include "tables.h"

#define CK_KERNELS(file) CK_QUOTED(../reference/file)
#define CK_TABLE ck_table_float64
#define CK_TABLE_NAME "float64"
#define CK_PRECISIONS (1u << ck_precision_highest)
#define CK_ATTENTION_ROUNDS false
#include "table.inl.h"
