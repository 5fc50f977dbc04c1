"""The mutants: each one small fault that a reader could miss, and the test target that must notice it.

`original` stands exactly once in the file. Where no test can notice a mutant, `equivalent` says why.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str  # what is wrong with it
    path: str  # below Sources
    original: str
    mutated: str
    equivalent: str = ""


KERNELS = [
    Mutant("matmul: a later slice of k overwrites the sums of the one before", "CKernels/float32/matmul.inl.h",
           ".accumulate = shape->accumulate || slice > 0", ".accumulate = shape->accumulate"),
    Mutant("matmul: a batch with gaps between its results is taken for one tall product",
           "CKernels/float32/matmul.inl.h",
           "shape.stride_a == shape.m * shape.lda &&\n              shape.stride_c == shape.m * shape.ldc",
           "shape.stride_a == shape.m * shape.lda"),
    Mutant("matmul: packing reads one row past the end of Bᵀ", "CKernels/float32/matmul/micro_kernel.inl.h",
           "block[r] = r < rows ?", "block[r] = r <= rows ?"),
    Mutant("matmul: one A for all items is taken for as many", "CKernels/float32/matmul/packing.inl.h",
           "job->a_item = matrices_a == 1 ? 0 : shape->m * job->places", "job->a_item = shape->m * job->places"),
    Mutant("matmul: one packed B for all items is taken for as many", "CKernels/float32/matmul/packing.inl.h",
           "job->shape.stride_b == 0 ? 0 : item", "item"),
    Mutant("bfloat16: the last number of an odd sum is paired with the next row's", "CKernels/float32/vectors/bfloat16.inl.h",
           "left > 1 ? load_first(x + stride, lanes) : (vec){}", "load_first(x + stride, lanes)"),
    Mutant("AMX: a later slice of k overwrites the sums of the one before",
           "CKernels/float32/amx/matmul.inl.h",
           "result.accumulate = job->result.accumulate || slice > 0", "result.accumulate = job->result.accumulate"),
    Mutant("AMX: every slice adds the bias", "CKernels/float32/amx/matmul.inl.h",
           "if (slice > 0) result.bias = NULL;", ""),
    Mutant("AMX: a thread does not give it back", "CKernels/float32/amx/matmul.inl.h",
           "_tile_release();", ""),
    Mutant("AMX: one B for all items is taken for as many", "CKernels/float32/amx/blocks.inl.h",
           "matrix_b = b->matrices == 1 ? 0 : item", "matrix_b = item"),
    Mutant("AMX: high precision leaves out B's lower part", "CKernels/float32/amx/blocks.inl.h",
           "load_b_tiles(b + step_floats)", "load_b_tiles(b)"),
    Mutant("AMX: high precision leaves out A's lower part", "CKernels/float32/amx/blocks.inl.h",
           "load_a_tiles(a + step_floats)", "load_a_tiles(a)"),
    Mutant("AMX: a tile of Aᵀ is not transposed", "CKernels/float32/amx/blocks.inl.h",
           "if (along == columns) transpose_block", "if (along && columns) transpose_block"),
    Mutant("attention on AMX: weights behind the last key are what was there",
           "CKernels/float32/amx/attention.inl.h",
           "for (ptrdiff_t j = seen.end; j < blocks.end * block_side; j++) row[j] = 0;", ""),
    Mutant("attention on AMX: a block of queries overwrites the keys' gradients of the one before",
           "CKernels/float32/amx/attention.inl.h", ".accumulate = true", ".accumulate = false"),
    Mutant("matmul of few rows: the last four columns read past the end of B", "CKernels/float32/matmul/dot.inl.h",
           "(first + (s < left ? s : left - 1)) * stride", "(first + s) * stride"),
    Mutant("exp: results below 10⁻³⁵ are one and the same", "CKernels/float32/vectors/exponential.inl.h",
           "x = choose(x < -104.0f, splat(-104.0f), x)", "x = choose(x < -80.0f, splat(-80.0f), x)"),
    Mutant("log: subnormal numbers are off by a factor of 2", "CKernels/float32/vectors/exponential.inl.h",
           "power - (subnormal & 23)", "power - (subnormal & 22)"),
    Mutant("gelu: one factor of the derivative's cubic term", "CKernels/float32/elementwise.inl.h",
           "3.0f * 0.0713548163f", "2.0f * 0.0713548163f"),
    Mutant("cross-entropy: a row that is not scored keeps its logits as its gradient",
           "CKernels/float32/cross_entropy.inl.h",
           "if (dlogits != NULL) memset(dlogits, 0, sizeof(float) * (size_t)columns);", ""),
    Mutant("layer norm: empty lanes of the last vector count in the variance",
           "CKernels/float32/layer_norm.inl.h",
           "fill_after(load_first(x + c, lanes) - mean, lanes, 0)", "load_first(x + c, lanes) - mean"),
    Mutant("squared relu: the derivative of x² is x", "CKernels/float32/elementwise.inl.h",
           "return 2.0f * rectified(x)", "return rectified(x)"),
    Mutant("cross-entropy: capped logits grow as fast as others", "CKernels/float32/cross_entropy.inl.h",
           "share * (1.0f - tangent * tangent)", "share"),
    Mutant("RMS norm: the gradient along a row remains", "CKernels/float32/rms_norm.inl.h",
           "(load_first(dy + c, lanes) - load_first(y + c, lanes) * mean)", "load_first(dy + c, lanes)"),
    Mutant("QK-norm: the gradient is rotated once more, not back", "CKernels/float32/rotary_norm.inl.h",
           "store_first(dx + i, a * c + b * s, lanes)", "store_first(dx + i, a * c - b * s, lanes)"),
    Mutant("attention: the window is one key wider", "CKernels/float32/attention/shape.inl.h",
           "first_query + shift - shape->window + 1;", "first_query + shift - shape->window;"),
    Mutant("attention: a sequence sees the keys behind its own", "CKernels/float32/attention/shape.inl.h",
           "own.key_length = shape->key_lengths[b];", ";"),
    Mutant("rotary: every sequence goes to the first row of its cache", "CKernels/float32/rotary.inl.h",
           "? shape->y_first_rows[b] + t : t", "? t : t"),
    Mutant("attention: every head drops the same weights", "CKernels/float32/attention/shape.inl.h",
           ".number = (uint32_t)(b * shape->heads + h)", ".number = (uint32_t)b"),
    Mutant("attention's gradient: each key misses the first query that sees it",
           "CKernels/float32/attention/backward.inl.h",
           "? j - shift - block.start : 0", "? j - shift - block.start + 1 : 0"),
    Mutant("AdamW: ε is added before the bias correction", "CKernels/float32/adamw.inl.h",
           "__builtin_elementwise_sqrt(v) * rescale + epsilon",
           "(__builtin_elementwise_sqrt(v) + epsilon) * rescale"),
    Mutant("thread pool: chunks left over after an even deal are dropped", "CKernels/threads/pool.c",
           "start += share + (index < left_over ? 1 : 0)", "start += share + (index < left_over ? 0 : 0)"),
]

OPERATIONS = [
    Mutant("a / b: the sign of b's gradient", "Autograd/Operations/Arithmetic.swift",
           "[dy / b, -(dy * y) / b]", "[dy / b, (dy * y) / b]"),
    Mutant("xᵖ: a zero exponent has derivative 0·∞ at 0", "Autograd/Operations/ElementaryFunctions.swift",
           "[exponent == 0 ? nil : dy *", "[dy *"),
    Mutant("maximum: the gradient goes to the last of equal maxima", "Autograd/Operations/Reductions.swift",
           "elements.first { values", "elements.last { values"),
    Mutant("transposed: the gradient is permuted forwards again", "Autograd/Operations/Layout.swift",
           "[dy.transposed(inverse)]", "[dy.transposed(order)]"),
    Mutant("matmul: B's gradient where both are transposed", "Autograd/Operations/MatMul.swift",
           "matmul(dy, a, transposeA: true, transposeB: transposeA)",
           "matmul(dy, a, transposeA: true, transposeB: false)"),
    Mutant("linearCrossEntropy: the mean counts rows that are not scored",
           "Autograd/Operations/LinearCrossEntropy.swift",
           "$0 += $1 >= 0 ? 1 : 0", "$0 += $1 >= -1 ? 1 : 0"),
    Mutant("linearCrossEntropy: the weight's gradient is the last chunk's",
           "Autograd/Operations/LinearCrossEntropy.swift",
           "accumulate: start > 0)", "accumulate: false)"),
    Mutant("attention: packed values are read where grouped heads have keys",
           "Autograd/Operations/Attention.swift",
           "(call.heads + call.keyHeads) * call.headWidth", "2 * call.keyHeads * call.headWidth"),
    Mutant("dropout: the gradient passes where the value was dropped", "Autograd/Operations/Dropout.swift",
           "[Kernels.dropout(dy, draw)]", "[dy]"),
    Mutant("allocator: a borrowed buffer is given back as a smaller one", "Autograd/TensorStorage.swift",
           "return (address, size)", "return (address, capacity)"),
    Mutant("linear: dW is of the input before the prologue", "Autograd/Operations/Linear.swift",
           "map.weightGradient(dy, y)", "map.weightGradient(dy, x)"),
    Mutant("differentiation: a tensor used twice keeps one use's gradient", "Autograd/Differentiation.swift",
           "sum.combine(.add, term)", "sum = term"),
]

OPTIMIZER = [
    Mutant("AdamW: gains and biases decay as well", "Optimizers/ParameterGroup.swift",
           "{ _, rank in rank >= 2 }", "{ _, rank in rank >= 1 }"),
    Mutant("AdamW: the bias correction is a step late", "Optimizers/AdamW.swift",
           "correction1: 1 - pow(beta1, Double(step.number))", "correction1: 1 - pow(beta1, Double(step.number + 1))"),
    Mutant("Muon: momentum without Nesterov's look ahead", "Optimizers/Muon.swift",
           "with: (1 - momentum) * gradientScale, gradients", "with: 0 * gradientScale, gradients"),
    Mutant("Muon: queries, keys and values are one matrix", "Layers/MultiHeadAttention.swift",
           "joining: [parts.queries, parts.keys, parts.values]",
           "joining: [parts.queries.lowerBound..<parts.values.upperBound]"),
    Mutant("symmetric products: a tile too many is left out", "CKernels/float32/matmul.inl.h",
           "(column - row_start) / CK_MR * CK_MR", "(column - row_start) / CK_MR * CK_MR + CK_MR"),
    Mutant("clipping: small gradients are scaled up to the limit", "Optimizers/Clipping.swift",
           "min(1, limit / (norm + 1e-6))", "limit / (norm + 1e-6)"),
]

SAMPLER = [
    Mutant("repetition penalty: a negative logit is divided as well", "Sampling/Sampler.swift",
           "logit > 0 ? logit / penalty : logit * penalty", "logit / penalty"),
    Mutant("top-p: the token that reaches p exactly is not the last", "Sampling/Sampler.swift",
           "return sum >= target", "return sum > target"),
    Mutant("top-p: p of all tokens, not of those that top-k has left", "Sampling/Sampler.swift",
           "options.topP * scores.reduce(0) { $0 + $1.value }", "options.topP"),
    Mutant("equal logits: the higher id comes first", "Sampling/Sampler.swift",
           ": a.token < b.token", ": a.token > b.token"),
    Mutant("every sample draws the same random numbers", "Sampling/Sampler.swift",
           "Int64(sample)", "Int64(sample & 0)"),
]

SAFETENSORS = [
    Mutant("safetensors: a shape whose size overflows is taken", "Checkpoints/SafetensorsHeader.swift",
           "overflow ? nil : product", "overflow ? 0 : product"),
    Mutant("safetensors: a gap between tensors is taken", "Checkpoints/SafetensorsHeader.swift",
           "entry.bytes.lowerBound == end else", "entry.bytes.lowerBound >= end else"),
    Mutant("safetensors: bytes after the last tensor are taken", "Checkpoints/SafetensorsHeader.swift",
           "guard end == dataByteCount", "guard end <= dataByteCount"),
    Mutant("safetensors: the header is not filled up to 8 bytes", "Checkpoints/SafetensorsHeader.swift",
           "-json.count & 7", "0"),
    Mutant("checkpoints: queries, keys and values are all read into the first rows",
           "Checkpoints/StoredParameters.swift",
           "from: range.lowerBound, with", "from: 0, with"),
]

NGRAMS = [
    Mutant("n-grams: the beginning of a text is nothing to come after", "NGrams/LevelBuilder.swift",
           "return text.forEachRun(range) { tallies[level].add(Int($0), count: $1) }", "return"),
    Mutant("n-grams: longer contexts that occur once are not counted by how often", "NGrams/LevelBuilder.swift",
           "return noteSingle(position, from: level + 1)", "return"),
    Mutant("n-grams: a context that occurs once is taken for any longer one", "NGrams/NGramCounts.swift",
           "guard id >= 0, symbols[position - path.depth] == UInt32(id) + 1 else", "guard id >= 0 else"),
    Mutant("n-grams: sorted by one earlier token less", "NGrams/SortedPositions.swift",
           "[0] + (1..<length + 1).reversed()", "[0] + (1..<length).reversed()"),
    Mutant("Kneser–Ney: the discounts of predecessors are those of occurrences", "NGrams/Level.swift",
           "countsOfCounts: countsOfCounts[1]", "countsOfCounts: countsOfCounts[0]"),
    Mutant("Kneser–Ney: Y = n₁ / (n₁ + n₂)", "NGrams/Discounts.swift",
           "n[0] + 2 * n[1]", "n[0] + n[1]"),
    Mutant("Kneser–Ney: the longest contexts go by predecessors too", "NGrams/KneserNey.swift",
           "length == order - 1 ? .occurrences : .predecessors", ".predecessors"),
    Mutant("Kneser–Ney: shorter contexts get the whole in a distribution", "NGrams/KneserNey.swift",
           "      share *= backoff(path, length)\n", ""),
    Mutant("losses: the first token is scored too", "NGrams/NGramCounts+Losses.swift",
           "max(range.lowerBound, tokens.startIndex + 1)", "range.lowerBound"),
]

MODEL = [
    Mutant("QK-norm: keys are cached as they come", "Autograd/Kernels/Kernels+Cache.swift",
           "if rotated > 0, let epsilon {", "if rotated > 0, !toCache, let epsilon {"),
    Mutant("logits are capped in the loss alone", "Transformer/GPT.swift",
           "logits.affine(scale: 1 / cap).tanh().affine(scale: cap)", "logits.affine(scale: 1 / cap).affine(scale: cap)"),
]

# By the test target that must notice them.
MUTANTS = {
    "CKernelsTests": KERNELS,
    "AutogradTests": OPERATIONS,
    "SamplingTests": SAMPLER,
    "CheckpointsTests": SAFETENSORS,
    "OptimizersTests": OPTIMIZER,
    "NGramsTests": NGRAMS,
    "TransformerTests": MODEL,
}
