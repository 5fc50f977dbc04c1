// Copies between strided layouts: transpositions, broadcasts, slices.
//
// The axes are put in the order of y's strides and joined where both sides allow it. What is then left
// inmost is a run (both sides contiguous), a fill (x does not move), a transposition (x is contiguous along
// another axis), or single elements.

#ifndef CK_LAYOUT_H
#define CK_LAYOUT_H

#include <string.h>

#include "vectors/chunks.inl.h"
#include "vectors/vector.inl.h"

enum { max_axes = 8 };

typedef struct axis {
  ptrdiff_t length, y_stride, x_stride;
} axis;

typedef struct copy_job {
  float *y;
  const float *x;
  int outer_axes;
  axis outer[max_axes];
  axis inner;        // y's smallest stride
  axis across;       // the axis along which x is contiguous, for transpositions; else of length 1
  ptrdiff_t pieces;  // each inner axis, or the one across, is cut into
  ptrdiff_t units, units_of_chunk;
} copy_job;

static int sort_and_join(axis axes[max_axes], const ptrdiff_t *y_strides, const ptrdiff_t *x_strides,
                         int rank, const ptrdiff_t *shape) {
  int count = 0;
  for (int source = 0; source < rank; source++) {
    axis next = {shape[source], y_strides[source], x_strides[source]};
    if (next.length == 1) continue;
    int at = count++;
    for (; at > 0 && axes[at - 1].y_stride < next.y_stride; at--) axes[at] = axes[at - 1];
    axes[at] = next;
  }
  int joined = 0;
  for (int source = 0; source < count; source++) {
    axis next = axes[source], last = joined > 0 ? axes[joined - 1] : (axis){0};
    bool continues = joined > 0 && last.y_stride == next.y_stride * next.length &&
                     last.x_stride == next.x_stride * next.length;
    if (continues) {
      axes[joined - 1] = (axis){last.length * next.length, next.y_stride, next.x_stride};
    } else {
      axes[joined++] = next;
    }
  }
  return joined;
}

static void copy_inner(float *y, const float *x, axis inner, span part) {
  y += part.start * inner.y_stride;
  x += part.start * inner.x_stride;
  ptrdiff_t n = part.end - part.start;
  if (inner.y_stride == 1 && inner.x_stride == 1) {
    memcpy(y, x, sizeof(float) * (size_t)n);
  } else if (inner.y_stride == 1 && inner.x_stride == 0) {
    for (ptrdiff_t e = 0; e < n; e++) y[e] = *x;
  } else {
    for (ptrdiff_t e = 0; e < n; e++) y[e * inner.y_stride] = x[e * inner.x_stride];
  }
}

/// Blocks of CK_LANES by CK_LANES: rows of x, along `across`, become columns, along `inner`.
static void copy_transposed(float *y, const float *x, axis inner, axis across, span part) {
  for (ptrdiff_t j = 0; j < inner.length; j += CK_LANES) {
    ptrdiff_t rows = lanes_of(inner.length - j);
    for (ptrdiff_t i = part.start; i < part.end; i += CK_LANES) {
      ptrdiff_t columns = lanes_of(part.end - i);
      vec block[CK_LANES];
      for (ptrdiff_t r = 0; r < CK_LANES; r++) {
        block[r] = r < rows ? load_first(x + (j + r) * inner.x_stride + i, columns) : (vec){};
      }
      transpose_block(block);
      for (ptrdiff_t s = 0; s < CK_LANES; s++) {
        if (s < columns) store_first(y + (i + s) * across.y_stride + j, block[s], rows);
      }
    }
  }
}

static void copy_chunk(void *context, ptrdiff_t chunk) {
  const copy_job *job = context;
  span units = span_of(chunk, job->units_of_chunk, job->units);
  bool transposed = job->across.length > 1;
  for (ptrdiff_t unit = units.start; unit < units.end; unit++) {
    float *y = job->y;
    const float *x = job->x;
    ptrdiff_t rest = unit / job->pieces;
    for (int a = job->outer_axes - 1; a >= 0; a--) {
      ptrdiff_t index = rest % job->outer[a].length;
      rest /= job->outer[a].length;
      y += index * job->outer[a].y_stride;
      x += index * job->outer[a].x_stride;
    }
    ptrdiff_t length = transposed ? job->across.length : job->inner.length;
    span part = even_span_of(unit % job->pieces, job->pieces, length);
    if (transposed) {
      copy_transposed(y, x, job->inner, job->across, part);
    } else {
      copy_inner(y, x, job->inner, part);
    }
  }
}

/// Takes the axis along which x is contiguous out of the outer ones, if the copy is a transposition.
static void find_axis_across(copy_job *job) {
  if (job->inner.y_stride != 1 || job->inner.x_stride <= 1) return;
  for (int a = 0; a < job->outer_axes; a++) {
    if (job->outer[a].x_stride != 1) continue;
    job->across = job->outer[a];
    job->outer_axes--;
    for (int next = a; next < job->outer_axes; next++) job->outer[next] = job->outer[next + 1];
    return;
  }
}

static void copy_strided(ck_pool *pool, void *y, const ptrdiff_t *y_strides, const void *x,
                         const ptrdiff_t *x_strides, int rank, const ptrdiff_t *shape) {
  for (int a = 0; a < rank; a++) {
    if (shape[a] == 0) return;
  }
  copy_job job = {.y = y, .x = x, .inner = {1, 1, 1}, .across = {1, 1, 1}};
  int axes = sort_and_join(job.outer, y_strides, x_strides, rank, shape);
  if (axes > 0) {
    job.outer_axes = axes - 1;
    job.inner = job.outer[axes - 1];
    find_axis_across(&job);
  }
  ptrdiff_t rows = 1, unit_elements = job.inner.length * job.across.length;
  for (int a = 0; a < job.outer_axes; a++) rows *= job.outer[a].length;
  job.pieces = chunks_of(unit_elements, chunk_elements);
  job.units = rows * job.pieces;
  job.units_of_chunk = at_least_one(chunk_elements / unit_elements);
  ck_pool_run(pool, chunks_of(job.units, job.units_of_chunk), copy_chunk, &job);
}

#endif
