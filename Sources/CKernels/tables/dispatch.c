// Which table runs: decided once, by what this CPU can do and what MINIGPT_ISA asks for.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "CKernels.h"
#include "tables.h"

enum { table_capacity = 5 };

#if defined(__x86_64__) && defined(__linux__)

/// Whether the CPU has AMX for bfloat16, the system saves its tile registers, and this process may use them. Linux
/// permits that only to processes that ask, as this does: each thread that uses AMX needs 8 KiB more of saved state, and
/// so does each of its signal frames (Documentation/arch/x86/xstate.rst).
static bool has_amx(void) {
  enum { features_leaf = 7, bfloat16_bit = 1 << 22, tiles_bit = 1 << 24 };
  enum { saves_state_bit = 1 << 27, tile_config_state = 1 << 17, tiles_state = 1 << 18 };
  enum { request_permission = 0x1023, tiles_component = 18 };
  unsigned a, b, c, d;
  if (!__get_cpuid_count(features_leaf, 0, &a, &b, &c, &d)) return false;
  if (!(d & bfloat16_bit) || !(d & tiles_bit)) return false;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & saves_state_bit)) return false;
  uint32_t state, upper_state;
  __asm__ volatile("xgetbv" : "=a"(state), "=d"(upper_state) : "c"(0));
  if (!(state & tile_config_state) || !(state & tiles_state)) return false;
  return syscall(SYS_arch_prctl, request_permission, tiles_component) == 0;
}

#elif defined(__x86_64__)
static bool has_amx(void) { return false; }
#endif

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
      if (__builtin_cpu_supports("avx512bf16")) {
        supported[count++] = &ck_table_avx512bf16;
        if (has_amx()) supported[count++] = &ck_table_amx;
      }
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
