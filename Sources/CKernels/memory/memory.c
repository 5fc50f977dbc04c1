#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "CKernels.h"

enum {
  cache_line = 64,
  huge_page = 2 << 20,
  // From here on what a huge page wastes at its end is little.
  min_huge_bytes = 2 * huge_page,
};

void *ck_allocate(size_t bytes) {
  size_t alignment = bytes >= min_huge_bytes ? huge_page : cache_line;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) ck_out_of_memory(bytes);
#if defined(MADV_HUGEPAGE)
  // The system clears one page of 2 MiB much faster than 512 of 4 KiB. Where it has none, nothing is lost.
  if (alignment == huge_page) (void)madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}
