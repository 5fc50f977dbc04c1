#ifndef CSHA256_H
#define CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The constants of the 64 rounds (FIPS 180-4, 4.2.2).
extern const uint32_t csha256_round_constants[64];

/// Whether this processor has instructions for SHA-256.
bool csha256_is_available(void);

/// The compression function of SHA-256 (FIPS 180-4) over `count` blocks of 64 bytes, by those instructions.
void csha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
