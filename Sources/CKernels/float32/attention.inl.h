// Scaled dot-product attention without a T × T matrix, after Dao et al., arXiv 2205.14135: the weights of one
// tile of queries for all keys they see fit in the cache, so each row's softmax is taken whole.
//
// Its VJP: the weights are computed again from the scores and the saved log-sum-exp. A chunk is one
// key head of one sequence, so that the gradients of its keys and values are summed by one thread, in order.

#ifndef CK_ATTENTION_H
#define CK_ATTENTION_H

#include "attention/backward.inl.h"
#include "attention/forward.inl.h"
#if CK_AMX
#include "amx/attention.inl.h"
#endif

static void attention(ck_pool *pool, void *out, void *lse, const void *q, const void *k, const void *v,
                      const ck_attention *shape) {
  attention_job job = {shape, out, lse, q, k, v, chunks_of(shape->query_length, attention_block_queries)};
  void (*chunk)(void *context, ptrdiff_t chunk) = attention_chunk;
#if CK_AMX
  if (runs_on_amx(shape)) chunk = attention_amx_chunk;
#endif
  ck_pool_run(pool, shape->batch * shape->key_heads * job.blocks, chunk, &job);
}

static void attention_backward(ck_pool *pool, void *dq, void *dk, void *dv, const void *dout, const void *out,
                               const void *lse, const void *q, const void *k, const void *v,
                               const ck_attention *shape) {
  attention_backward_job job = {shape, dq, dk, dv, dout, out, lse, q, k, v};
  void (*chunk)(void *context, ptrdiff_t chunk) = attention_backward_chunk;
#if CK_AMX
  if (runs_on_amx(shape)) chunk = attention_backward_amx_chunk;
#endif
  ck_pool_run(pool, shape->batch * shape->key_heads, chunk, &job);
}

#endif
