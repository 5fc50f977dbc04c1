// The element type of the specification.

#ifndef CK_REFERENCE_REAL_H
#define CK_REFERENCE_REAL_H

#include "CKernels.h"

typedef double real;

#endif
