// Memory that a kernel needs for the length of a call, kept by each thread for the next call.

#ifndef CK_SCRATCH_H
#define CK_SCRATCH_H

#include <stddef.h>

/// Who holds the memory: the caller of a kernel until the kernel returns, or a chunk until the chunk ends.
/// They are apart because the caller runs chunks itself.
typedef enum ck_scratch_holder { ck_scratch_caller, ck_scratch_chunk, ck_scratch_holders } ck_scratch_holder;

/// At least `bytes` of this thread's memory, 64-byte aligned, its contents undefined. The next call for the
/// same holder on the same thread takes it back, so a chunk calls no other kernel.
void *ck_scratch(ck_scratch_holder holder, size_t bytes);

#endif
