// The list of all kernels: the files that define them, the same in float32/ and in reference/, and the table that they
// fill. The including file says in which folder the files are (CK_KERNELS), and names the table (CK_TABLE), its name in
// words (CK_TABLE_NAME), and what its products round (CK_PRECISIONS, CK_ATTENTION_ROUNDS); the files name the element
// type (`real`).

#define CK_QUOTED(path) #path

#include CK_KERNELS(elementwise.inl.h)
#include CK_KERNELS(dropout.inl.h)
#include CK_KERNELS(layout.inl.h)
#include CK_KERNELS(reductions.inl.h)
#include CK_KERNELS(matmul.inl.h)
#include CK_KERNELS(layer_norm.inl.h)
#include CK_KERNELS(rms_norm.inl.h)
#include CK_KERNELS(softmax.inl.h)
#include CK_KERNELS(cross_entropy.inl.h)
#include CK_KERNELS(embedding.inl.h)
#include CK_KERNELS(rotary.inl.h)
#include CK_KERNELS(rotary_norm.inl.h)
#include CK_KERNELS(attention.inl.h)
#include CK_KERNELS(adamw.inl.h)

const ck_kernels CK_TABLE = {
    .name = CK_TABLE_NAME,
    .element_size = sizeof(real),
    .precisions = CK_PRECISIONS,
    .attention_rounds = CK_ATTENTION_ROUNDS,

    .unary = unary,
    .unary_backward = unary_backward,
    .unary_with_backward = unary_with_backward,
    .binary = binary,
    .affine = affine,
    .weighted_sum = weighted_sum,
    .power = power,
    .dropout = dropout,

    .copy_strided = copy_strided,
    .sum_rows = sum_rows,
    .max_rows = max_rows,
    .sum_columns = sum_columns,
    .sum_squares = sum_squares,

    .matmul = matmul,

    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .log_softmax = log_softmax,
    .log_softmax_backward = log_softmax_backward,
    .cross_entropy = cross_entropy,

    .embedding = embedding,
    .embedding_backward = embedding_backward,
    .rotary = rotary,
    .rotary_norm = rotary_norm,
    .rotary_norm_backward = rotary_norm_backward,
    .attention = attention,
    .attention_backward = attention_backward,

    .adamw = adamw,
};
