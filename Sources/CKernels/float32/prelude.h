// What the float32 kernels need from outside. Included before an instruction set is chosen, so that only our
// own functions are compiled for it.

#ifndef CK_FLOAT32_PRELUDE_H
#define CK_FLOAT32_PRELUDE_H

#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "../memory/scratch.h"
#include "../tables/tables.h"
#include "amx/tile_config.h"

#endif
