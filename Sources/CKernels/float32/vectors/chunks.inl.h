// How work is cut: by shape alone, never by the number of threads.

#ifndef CK_VECTORS_CHUNKS_H
#define CK_VECTORS_CHUNKS_H

#include "vector.inl.h"

enum {
  // 64 KiB of floats: some microseconds of work, where waking a thread takes one or two.
  chunk_elements = 16384,
};

typedef struct span {
  ptrdiff_t start, end;
} span;

CK_INLINE ptrdiff_t at_least_one(ptrdiff_t count) { return count > 1 ? count : 1; }

CK_INLINE ptrdiff_t chunks_of(ptrdiff_t n, ptrdiff_t grain) { return (n + grain - 1) / grain; }

/// The elements of a chunk when n are cut into runs of `grain`.
CK_INLINE span span_of(ptrdiff_t chunk, ptrdiff_t grain, ptrdiff_t n) {
  ptrdiff_t start = chunk * grain;
  return (span){start, start + grain < n ? start + grain : n};
}

/// The elements of a chunk when n are cut into `chunks` runs as equal as can be.
CK_INLINE span even_span_of(ptrdiff_t chunk, ptrdiff_t chunks, ptrdiff_t n) {
  return (span){n * chunk / chunks, n * (chunk + 1) / chunks};
}

/// How many rows make a chunk.
CK_INLINE ptrdiff_t rows_of_chunk(ptrdiff_t columns) {
  return at_least_one(chunk_elements / at_least_one(columns));
}

#endif
