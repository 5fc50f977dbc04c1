// The float64 table: the executable specification. Plain loops that read like the formula, on the calling
// thread alone, sharing nothing with the fast kernels but the contract.

#include "CKernels.h"
#include "tables.h"

#include "reference/adamw.inl.h"
#include "reference/attention.inl.h"
#include "reference/cross_entropy.inl.h"
#include "reference/dropout.inl.h"
#include "reference/elementwise.inl.h"
#include "reference/embedding.inl.h"
#include "reference/layer_norm.inl.h"
#include "reference/layout.inl.h"
#include "reference/matmul.inl.h"
#include "reference/reductions.inl.h"
#include "reference/rotary.inl.h"
#include "reference/softmax.inl.h"

#define CK_TABLE ck_table_float64
#define CK_TABLE_NAME "float64"
#define CK_PRECISIONS (1u << ck_precision_highest)
#define CK_ATTENTION_ROUNDS false
#include "table.inl.h"
