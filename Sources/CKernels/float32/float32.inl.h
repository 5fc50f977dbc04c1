// All float32 kernels, in the order in which they build on each other, and the table that they fill. The
// including file says how wide a vector is (CK_LANES), how large a tile is (CK_TILE_ROWS, CK_TILE_VECTORS),
// whether the instruction set rounds to bfloat16 and multiplies pairs of such numbers (CK_BFLOAT16), whether it has a
// matrix unit that does (CK_MATRIX_UNIT), and what the table is called (CK_TABLE, CK_TABLE_NAME).

// Vectors multiply pairs where there is nothing faster.
#define CK_VECTOR_PAIRS (CK_BFLOAT16 && !CK_MATRIX_UNIT)

#include "vector.inl.h"
#include "chunks.inl.h"
#include "exponential.inl.h"
#include "elementwise.inl.h"
#include "dropout.inl.h"
#include "layout.inl.h"
#include "reductions.inl.h"
#include "dot.inl.h"
#include "bfloat16.inl.h"
#include "tile.inl.h"
#include "matmul_operands.inl.h"
#if CK_MATRIX_UNIT
#include "matrix_unit.inl.h"
#include "matmul_on_unit.inl.h"
#endif
#include "matmul.inl.h"
#include "layer_norm.inl.h"
#include "softmax.inl.h"
#include "cross_entropy.inl.h"
#include "embedding.inl.h"
#include "rotary.inl.h"
#include "attention_shape.inl.h"
#include "attention.inl.h"
#include "attention_backward.inl.h"
#if CK_MATRIX_UNIT
#include "attention_on_unit.inl.h"
#endif
#include "adamw.inl.h"

#define CK_PRECISIONS                                                                         \
  (1u << ck_precision_highest | (CK_MATRIX_UNIT ? 1u << ck_precision_high : 0u) | \
   (CK_BFLOAT16 ? 1u << ck_precision_medium : 0u))
#define CK_ATTENTION_ROUNDS CK_MATRIX_UNIT
#include "../table.inl.h"
