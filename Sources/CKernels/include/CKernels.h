// What the processor runs: kernels, chosen at start for this CPU, and the threads they run on.
//
// A `ck_kernels` table holds one function for each kernel. The float32 tables (baseline, AVX2, AVX-512, AVX-512 with
// bfloat16, AMX) are the fast ones, one source compiled once per instruction set. The float64 table is the executable
// specification: plain loops that read like the formula. Every pointer to tensor data points to the table's
// element type; tensors are row-major. An output is overwritten unless the contract says "added to", and
// overlaps no input unless the contract says "may alias". Sizes count elements and may be zero.
//
// Work is split by shape alone and sums run in a fixed order, so results do not depend on the number of
// threads.
//
// Letters: B batch, T sequence length, C width, H heads, G key/value heads, D head width, V vocabulary.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CRandom.h"

#pragma clang assume_nonnull begin

// MARK: - Threads

/// A persistent pool of threads; the calling thread is one of them.
typedef struct ck_pool ck_pool;

/// A pool of `threads` threads (at least 1), the caller's own included.
ck_pool *ck_pool_create(int threads);
void ck_pool_destroy(ck_pool *pool);
int ck_pool_threads(const ck_pool *pool);

/// The number of physical cores that this process may run on (SMT siblings count once).
int ck_physical_cores(void);

/// Runs `body(context, chunk)` for every chunk in `0 ..< chunks`, and returns when all are done.
/// Safe to call from several threads at once and from inside a body: where the pool is busy, the caller
/// runs all chunks itself.
void ck_pool_run(ck_pool *pool, ptrdiff_t chunks, void (*body)(void *context, ptrdiff_t chunk),
                 void *context);

// MARK: - Memory

/// `bytes` bytes for tensors, aligned to a cache line; large blocks use huge pages. Freed by `free`.
void *ck_allocate(size_t bytes);

/// Says on standard error that `bytes` could not be had, and ends the process with exit code 71.
_Noreturn void ck_out_of_memory(size_t bytes);

/// From now on, an allocation by anybody that fails ends the process so.
void ck_exit_when_out_of_memory(void);

// MARK: - Arguments of kernels

typedef enum ck_unary {
  ck_unary_exp,
  ck_unary_log,
  ck_unary_sqrt,
  ck_unary_tanh,
  ck_unary_sigmoid,  // 1 / (1 + e⁻ˣ)
  ck_unary_relu,     // max(0, x); its derivative at 0 is 0
  ck_unary_silu,     // x · sigmoid(x)
  ck_unary_gelu,     // tanh form: ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
  ck_unary_relu_squared,  // max(0, x)²
} ck_unary;

typedef enum ck_binary { ck_binary_add, ck_binary_subtract, ck_binary_multiply, ck_binary_divide } ck_binary;

/// How exactly a float32 matrix product is computed; sums are always float32. A table that does not support a precision
/// natively uses the next more exact one, and so do products of fewer than 5 rows by Bᵀ.
typedef enum ck_precision {
  ck_precision_highest,  // factors are float32
  /// Each factor is hi + lo in bfloat16, with a relative error of at most 2⁻¹⁷; lo·lo is dropped. A product's relative
  /// error is at most 2⁻¹⁵ + 2⁻³⁴. A subnormal lo, and products with it, are flushed to 0, so that factors and products
  /// below 2⁻¹⁰⁸ are as exact as in medium; a factor that is infinite in medium gives NaN.
  ck_precision_high,
  /// Factors are rounded to bfloat16, a relative error of at most 2⁻⁸. Subnormal factors, products and sums are flushed
  /// to 0, and factors from 2¹²⁸ − 2¹¹⁹ on become infinite.
  ck_precision_medium,
} ck_precision;

/// C[b] = op(A[b]) · op(B[b]) (+ bias) (+ C[b]), for b in 0 ..< batch; op transposes if the flag is set.
/// op(A) is [m, k], op(B) is [k, n], C is [m, n].
typedef struct ck_matmul {
  ptrdiff_t m, n, k;
  bool transpose_a;         // A is stored [k, m]
  bool transpose_b;         // B is stored [n, k]
  bool accumulate;          // the product is added to C
  /// C is known to be symmetric, as A·Aᵀ is: what lies below its diagonal is computed, and copied to above it. m is n.
  bool symmetric;
  ck_precision precision;
  ptrdiff_t lda, ldb, ldc;  // elements between consecutive rows as stored
  ptrdiff_t batch;          // at least 1 for any work to be done
  ptrdiff_t stride_a, stride_b, stride_c;  // elements between consecutive matrices; 0 repeats one
} ck_matmul;

/// Rotary position embedding, half-split form (element i pairs with i + D/2): Su et al., arXiv 2104.09864.
/// Row t of sequence b starts at `b·batch_stride + t·stride`. Token t sits at the sequence's first position + t.
typedef struct ck_rotary {
  ptrdiff_t batch, sequence_length;    // B, T
  ptrdiff_t x_stride, x_batch_stride;  // elements between consecutive tokens of x, and between its sequences
  ptrdiff_t y_stride, y_batch_stride;
  ptrdiff_t heads;       // heads to rotate, from the start of a row
  ptrdiff_t head_width;  // D, even
  ptrdiff_t copied;      // elements after those heads that y takes from x as they are; what follows is left alone
  ptrdiff_t first_position;
  const ptrdiff_t *_Nullable first_positions;  // one for each sequence; NULL: first_position for all
  const ptrdiff_t *_Nullable y_first_rows;     // the row of y for each sequence's first token; NULL: 0 for all
  bool inverse;          // rotate back: the transposition, so also the VJP
} ck_rotary;

/// Scaled dot-product attention over B sequences, query heads grouped over key/value heads
/// (query head h reads key head h / (H / G)). Position t of sequence b starts at `b·batch_stride + t·stride`,
/// and head h at `+ h·D`.
typedef struct ck_attention {
  ptrdiff_t batch, heads, key_heads, head_width;
  ptrdiff_t query_length, key_length;
  ptrdiff_t query_stride, key_stride, value_stride, output_stride;  // elements between consecutive positions
  ptrdiff_t query_batch_stride, key_batch_stride, value_batch_stride, output_batch_stride;  // and between sequences
  /// How many keys each sequence has, at most key_length; NULL: all have key_length. Those behind are not read.
  const ptrdiff_t *_Nullable key_lengths;
  double scale;       // usually 1/√D
  ck_precision precision;  // of the products, where they run on AMX and there are 16 queries or more
  bool causal;        // query i sits at p = i + its sequence's keys − query_length and sees keys j ≤ p
  ptrdiff_t window;   // with causal: sees only j > p − window; 0 for no limit
  double dropout;     // probability that a weight is dropped (the others grow by 1/(1 − dropout))
  cr_key key;  // the weight of (b, h, i, j) takes word j mod 4 of counter {j / 4, i, b·H + h, 0}
} ck_attention;

/// One AdamW step (Loshchilov & Hutter, arXiv 1711.05101), in torch's order of operations:
/// w −= rate·decay·w;  m += (1−β₁)(g−m);  v = β₂v + (1−β₂)g²;
/// w −= rate·(m/correction₁)/(√(v/correction₂) + ε).
typedef struct ck_adamw {
  double rate, beta1, beta2, epsilon, decay;
  double correction1, correction2;  // 1 − β₁ᵗ, 1 − β₂ᵗ
  double gradient_scale;            // g = gradient_scale · gradient
} ck_adamw;

// MARK: - Dropout

/// Whether a dropout of probability `p` keeps the element whose random word is `word`:
/// `word >= ck_dropout_threshold(p)`, so that the share dropped is p to within 2⁻³².
static inline uint32_t ck_dropout_threshold(double p) {
  double scaled = p * 4294967296.0;
  return scaled >= 4294967295.0 ? 4294967295u : (uint32_t)scaled;
}

// MARK: - The table

typedef struct ck_kernels {
  const char *name;  // "baseline", "avx2", "avx512", "avx512bf16", "amx", "float64"
  size_t element_size;
  uint32_t precisions;     // bit p for each ck_precision p that matmul supports natively
  bool attention_rounds;   // whether attention supports them too

  // Element-wise. y may alias any input of the same size.
  void (*unary)(ck_pool *pool, ck_unary op, void *y, const void *x, ptrdiff_t n);
  /// dx = dy · f′, where y = f(x).
  void (*unary_backward)(ck_pool *pool, ck_unary op, void *dx, const void *dy, const void *x, const void *y,
                         ptrdiff_t n);
  /// Recomputes y = f(x) and writes dx = dy · f′ in one pass. y overlaps no input; dx may overwrite dy.
  void (*unary_with_backward)(ck_pool *pool, ck_unary op, void *y, void *dx, const void *dy, const void *x,
                              ptrdiff_t n);
  void (*binary)(ck_pool *pool, ck_binary op, void *y, const void *a, const void *b, ptrdiff_t n);
  /// y = scale·x + shift.
  void (*affine)(ck_pool *pool, void *y, const void *x, double scale, double shift, ptrdiff_t n);
  /// y = a·x + b·z.
  void (*weighted_sum)(ck_pool *pool, void *y, double a, const void *x, double b, const void *z, ptrdiff_t n);
  /// y = xᵖ as in C's pow.
  void (*power)(ck_pool *pool, void *y, const void *x, double exponent, ptrdiff_t n);
  /// y = x/(1 − p) where element e is kept, else 0; element e takes word e mod 4 of counter
  /// {e/4 low, e/4 high, 0, 0}.
  void (*dropout)(ck_pool *pool, void *y, const void *x, double p, cr_key key, ptrdiff_t n);

  // Layout and reductions.
  /// y[Σ iₐ·y_stridesₐ] = x[Σ iₐ·x_stridesₐ] for every index i of `shape` (rank 0 to 8); a stride of 0 in x
  /// broadcasts.
  void (*copy_strided)(ck_pool *pool, void *y, const ptrdiff_t *y_strides, const void *x,
                       const ptrdiff_t *x_strides, int rank, const ptrdiff_t *shape);
  /// y[r] = Σ over a row of x[rows, columns].
  void (*sum_rows)(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns);
  /// y[r] = the largest of a row; −∞ where columns is 0; NaN where the row holds one.
  void (*max_rows)(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns);
  /// y[c] = Σ over a column of x[rows, columns].
  void (*sum_columns)(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns);
  /// Σ x², summed in double.
  double (*sum_squares)(ck_pool *pool, const void *x, ptrdiff_t n);

  /// bias is [n], added to every row, or NULL.
  void (*matmul)(ck_pool *pool, void *c, const void *a, const void *b, const void *_Nullable bias,
                 const ck_matmul *shape);

  // Rows. mean and rstd (1/√(variance + ε)) are [rows].
  void (*layer_norm)(ck_pool *pool, void *y, void *mean, void *rstd, const void *x, const void *gain,
                     const void *bias, double epsilon, ptrdiff_t rows, ptrdiff_t columns);
  void (*layer_norm_backward)(ck_pool *pool, void *dx, void *dgain, void *dbias, const void *dy,
                              const void *x, const void *gain, const void *mean, const void *rstd,
                              ptrdiff_t rows, ptrdiff_t columns);
  /// y = x·rstd, where rstd = 1/√(mean of x² + ε) is [rows].
  void (*rms_norm)(ck_pool *pool, void *y, void *rstd, const void *x, double epsilon, ptrdiff_t rows,
                   ptrdiff_t columns);
  /// y and rstd as rms_norm left them; dx may alias dy.
  void (*rms_norm_backward)(ck_pool *pool, void *dx, const void *dy, const void *y, const void *rstd, ptrdiff_t rows,
                            ptrdiff_t columns);
  /// y may alias x.
  void (*softmax)(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns);
  void (*softmax_backward)(ck_pool *pool, void *dx, const void *dy, const void *y, ptrdiff_t rows,
                           ptrdiff_t columns);
  void (*log_softmax)(ck_pool *pool, void *y, const void *x, ptrdiff_t rows, ptrdiff_t columns);
  void (*log_softmax_backward)(ck_pool *pool, void *dx, const void *dy, const void *y, ptrdiff_t rows,
                               ptrdiff_t columns);
  /// losses[r] = log Σ exp(logits[r]) − logits[r, targets[r]]; dlogits = scale·(softmax − one-hot), may alias
  /// logits, or NULL. A row whose target is negative is not scored: its loss and gradient are 0. With a cap above 0,
  /// cap·tanh(logit/cap) stands for each logit; dlogits is still the gradient of `logits`. With soft_targets, which are
  /// distributions [rows, columns], (1 − k)·one-hot + k·soft stands for the one-hot, k being soft_weight.
  void (*cross_entropy)(ck_pool *pool, void *losses, void *_Nullable dlogits, const void *logits,
                        const int32_t *targets, const void *_Nullable soft_targets, double soft_weight,
                        double scale, double cap, ptrdiff_t rows, ptrdiff_t columns);

  // The transformer's own.
  /// y[i] = table[ids[i]]; the caller has checked the ids.
  void (*embedding)(ck_pool *pool, void *y, const void *table, const int32_t *ids, ptrdiff_t count,
                    ptrdiff_t width);
  /// dtable[ids[i]] += dy[i], in the order of i.
  void (*embedding_backward)(ck_pool *pool, void *dtable, const void *dy, const int32_t *ids, ptrdiff_t count,
                             ptrdiff_t width);
  /// cosines and sines are [positions, D/2]. y may be x, with the same strides.
  void (*rotary)(ck_pool *pool, void *y, const void *x, const void *cosines, const void *sines,
                 const ck_rotary *shape);
  /// The same, and each rotated head divided by its root mean square: y = rstd·rotation(x), where
  /// rstd = 1/√(mean of x² over the head + ε) is [B, T, heads], or NULL.
  void (*rotary_norm)(ck_pool *pool, void *y, void *_Nullable rstd, const void *x, const void *cosines,
                      const void *sines, double epsilon, const ck_rotary *shape);
  /// dx from dy, and from y and rstd as rotary_norm left them, for the shape that it had: dy and y lie as its y, dx as
  /// its x. dx may be dy, with the same strides.
  void (*rotary_norm_backward)(ck_pool *pool, void *dx, const void *dy, const void *y, const void *rstd,
                               const void *cosines, const void *sines, const ck_rotary *shape);
  /// out = softmax(scale·q·kᵀ + mask)·v; lse is [B, H, query_length], the log of each row's Σ exp. A query
  /// that sees no key gets 0 and −∞. The gaps between rows of out are left alone.
  void (*attention)(ck_pool *pool, void *out, void *lse, const void *q, const void *k, const void *v,
                    const ck_attention *shape);
  /// dq, dk and dv have the strides of q, k and v, dout those of out. lse as attention left it. The gradients of
  /// keys and values behind a sequence's key length are 0.
  void (*attention_backward)(ck_pool *pool, void *dq, void *dk, void *dv, const void *dout, const void *out,
                             const void *lse, const void *q, const void *k, const void *v,
                             const ck_attention *shape);

  // The optimizer's own.
  void (*adamw)(ck_pool *pool, void *weights, void *first_moments, void *second_moments,
                const void *gradients, const ck_adamw *step, ptrdiff_t n);
} ck_kernels;

/// The float32 table for this CPU, or the lower one that the environment variable MINIGPT_ISA names
/// (a name of a table this CPU cannot run, or that there is not, is passed over).
const ck_kernels *ck_kernels_float32(void);
/// The executable specification.
const ck_kernels *ck_kernels_float64(void);
/// The float32 tables that this CPU can run, slowest first; returns how many, at most `capacity` are stored.
int ck_kernels_supported(const ck_kernels *_Nonnull *_Nonnull tables, int capacity);

// MARK: - The machine's peak throughput

/// Multiplies and adds in registers alone, on every thread of `pool`, with the instructions that a float32
/// table's matmul has for a precision, for `rounds` rounds; returns how many floating-point operations that was.
double ck_peak_multiply_add(ck_pool *pool, const ck_kernels *table, ck_precision precision, ptrdiff_t rounds);
/// Copies `bytes` bytes, cut over the threads: C's memcpy.
void ck_peak_copy(ck_pool *pool, void *y, const void *x, size_t bytes);

#pragma clang assume_nonnull end

#endif
