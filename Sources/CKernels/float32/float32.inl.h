// All float32 kernels, and the table that they fill. Each includes what it builds on. The
// including file says how wide a vector is (CK_LANES), how large a tile is (CK_TILE_ROWS, CK_TILE_VECTORS),
// whether the instruction set rounds to bfloat16 and multiplies pairs of such numbers (CK_BFLOAT16), whether it has a
// matrix unit that does (CK_MATRIX_UNIT), and what the table is called (CK_TABLE, CK_TABLE_NAME).

#include "adamw.inl.h"
#include "attention.inl.h"
#include "cross_entropy.inl.h"
#include "dropout.inl.h"
#include "elementwise.inl.h"
#include "embedding.inl.h"
#include "layer_norm.inl.h"
#include "layout.inl.h"
#include "matmul.inl.h"
#include "reductions.inl.h"
#include "rotary.inl.h"
#include "softmax.inl.h"

#define CK_PRECISIONS                                                                         \
  (1u << ck_precision_highest | (CK_MATRIX_UNIT ? 1u << ck_precision_high : 0u) | \
   (CK_BFLOAT16 ? 1u << ck_precision_medium : 0u))
#define CK_ATTENTION_ROUNDS CK_MATRIX_UNIT
#include "../table.inl.h"
