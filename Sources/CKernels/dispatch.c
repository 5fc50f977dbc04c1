// Which table runs: decided once, by what this CPU can do and what MINIGPT_ISA asks for.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "tables.h"

enum { table_capacity = 4 };

static const ck_kernels *chosen;
static pthread_once_t choice_made = PTHREAD_ONCE_INIT;

int ck_kernels_supported(const ck_kernels **tables, int capacity) {
  const ck_kernels *supported[table_capacity];
  int count = 0;
  supported[count++] = &ck_table_baseline;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    supported[count++] = &ck_table_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      supported[count++] = &ck_table_avx512;
      if (__builtin_cpu_supports("avx512bf16")) supported[count++] = &ck_table_avx512bf16;
    }
  }
#endif
  for (int index = 0; index < count && index < capacity; index++) tables[index] = supported[index];
  return count;
}

static void choose(void) {
  const ck_kernels *supported[table_capacity];
  int count = ck_kernels_supported(supported, table_capacity);
  chosen = supported[count - 1];
  const char *asked = getenv("MINIGPT_ISA");
  for (int index = 0; asked != NULL && index < count; index++) {
    if (strcmp(asked, supported[index]->name) == 0) chosen = supported[index];
  }
}

const ck_kernels *ck_kernels_float32(void) {
  pthread_once(&choice_made, choose);
  return chosen;
}

const ck_kernels *ck_kernels_float64(void) { return &ck_table_float64; }
