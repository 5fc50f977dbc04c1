// A table of kernels whose matrix unit is a program, so that what stands on the unit can be tested on a CPU without it.

#ifndef EMULATED_MATRIX_UNIT_H
#define EMULATED_MATRIX_UNIT_H

#include "CKernels.h"

/// The kernels of "amx", with its tiles in memory; NULL where the CPU lacks the AVX-512 instructions (bfloat16's
/// included) that are left.
const ck_kernels *_Nullable ck_kernels_emulated(void);

#endif
