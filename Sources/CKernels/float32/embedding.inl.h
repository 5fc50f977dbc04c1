// Rows of a table by their ids.

#ifndef CK_EMBEDDING_H
#define CK_EMBEDDING_H

#include <string.h>

#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

typedef struct embedding_job {
  float *result;
  const float *source;
  const int32_t *ids;
  ptrdiff_t count, width;
} embedding_job;

static void embedding_chunk(void *context, ptrdiff_t chunk) {
  const embedding_job *job = context;
  span rows = span_of(chunk, rows_of_chunk(job->width), job->count);
  for (ptrdiff_t i = rows.start; i < rows.end; i++) {
    memcpy(job->result + i * job->width, job->source + job->ids[i] * job->width,
           sizeof(float) * (size_t)job->width);
  }
}

static void embedding(ck_pool *pool, void *y, const void *table, const int32_t *ids, ptrdiff_t count,
                      ptrdiff_t width) {
  embedding_job job = {y, table, ids, count, width};
  ck_pool_run(pool, chunks_of(count, rows_of_chunk(width)), embedding_chunk, &job);
}

// MARK: - Backward

enum { embedding_columns = 64 };  // a cut by columns: each table row is added to in the order of i

static void embedding_backward_chunk(void *context, ptrdiff_t chunk) {
  const embedding_job *job = context;
  span columns = span_of(chunk, embedding_columns, job->width);
  for (ptrdiff_t i = 0; i < job->count; i++) {
    float *dtable = job->result + job->ids[i] * job->width;
    const float *dy = job->source + i * job->width;
    for (ptrdiff_t c = columns.start; c < columns.end; c += CK_LANES) {
      ptrdiff_t lanes = lanes_of(columns.end - c);
      store_first(dtable + c, load_first(dtable + c, lanes) + load_first(dy + c, lanes), lanes);
    }
  }
}

static void embedding_backward(ck_pool *pool, void *dtable, const void *dy, const int32_t *ids,
                               ptrdiff_t count, ptrdiff_t width) {
  embedding_job job = {dtable, dy, ids, count, width};
  ck_pool_run(pool, chunks_of(width, embedding_columns), embedding_backward_chunk, &job);
}

#endif
