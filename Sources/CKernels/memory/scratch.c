#include "scratch.h"

#include "CKernels.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

// Under AddressSanitizer every call gets memory of its own and of exactly its size, so that a step past the end,
// or a use after the memory was taken back, is seen.
#if __has_feature(address_sanitizer)
static const bool reuses_memory = false;
#else
static const bool reuses_memory = true;
#endif

typedef struct block {
  void *memory;
  size_t size;
} block;

static _Thread_local block blocks[ck_scratch_holders];
static pthread_key_t at_thread_exit;
static pthread_once_t key_made = PTHREAD_ONCE_INIT;

static void release(void *thread_blocks) {
  block *owned = thread_blocks;
  for (int holder = 0; holder < ck_scratch_holders; holder++) {
    free(owned[holder].memory);
    owned[holder] = (block){0};
  }
}

static void make_key(void) {
  if (pthread_key_create(&at_thread_exit, release) != 0) ck_out_of_memory(sizeof blocks);
}

void *ck_scratch(ck_scratch_holder holder, size_t bytes) {
  block *held = &blocks[holder];
  if (reuses_memory && held->size >= bytes && held->memory != NULL) return held->memory;
  pthread_once(&key_made, make_key);
  pthread_setspecific(at_thread_exit, blocks);
  free(held->memory);
  held->size = reuses_memory ? bytes + bytes / 4 + 64 : bytes;
  held->memory = ck_allocate(held->size);
  return held->memory;
}
