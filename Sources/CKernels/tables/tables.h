// The tables that this library holds; dispatch.c picks among them.

#ifndef CK_TABLES_H
#define CK_TABLES_H

#include "CKernels.h"

extern const ck_kernels ck_table_float64;
extern const ck_kernels ck_table_baseline;
#if defined(__x86_64__)
extern const ck_kernels ck_table_avx2;
extern const ck_kernels ck_table_avx512;
extern const ck_kernels ck_table_avx512bf16;
extern const ck_kernels ck_table_amx;
#endif

#endif
