// All float32 kernels, in the order in which they build on each other, and the table that they fill. The
// including file says how wide a vector is (CK_LANES), how large a tile is (CK_TILE_ROWS, CK_TILE_VECTORS),
// whether the instruction set multiplies pairs of bfloat16 numbers (CK_BFLOAT16), and what the table is called
// (CK_TABLE, CK_TABLE_NAME).

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
#include "matmul.inl.h"
#include "layer_norm.inl.h"
#include "softmax.inl.h"
#include "cross_entropy.inl.h"
#include "embedding.inl.h"
#include "rotary.inl.h"
#include "attention_shape.inl.h"
#include "attention.inl.h"
#include "attention_backward.inl.h"
#include "adamw.inl.h"

#define CK_LEAST_PRECISION (CK_BFLOAT16 ? ck_precision_medium : ck_precision_highest)
#include "../table.inl.h"
