// Counter-based random numbers: Philox4x32-10.
//
// A draw is a pure function of (key, counter): nothing is stored, so any draw can be made again, in any
// order, by any thread. J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11,
// https://doi.org/10.1145/2063384.2063405

#ifndef CRANDOM_H
#define CRANDOM_H

#include <stdint.h>

typedef struct cr_key {
  uint32_t word[2];
} cr_key;

typedef struct cr_block {
  uint32_t word[4];
} cr_block;

/// Four independent 32-bit words for one counter value.
static inline cr_block cr_philox(cr_key key, cr_block counter) {
  uint32_t k0 = key.word[0], k1 = key.word[1];
  uint32_t c0 = counter.word[0], c1 = counter.word[1], c2 = counter.word[2], c3 = counter.word[3];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (cr_block){{c0, c1, c2, c3}};
}

#endif
