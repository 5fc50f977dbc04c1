// Fills one table with the kernels that the including file has defined. The including file names the table
// (CK_TABLE), its name in words (CK_TABLE_NAME), its element type (`real`) CK_PRECISIONS and CK_ATTENTION_ROUNDS.

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
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .log_softmax = log_softmax,
    .log_softmax_backward = log_softmax_backward,
    .cross_entropy = cross_entropy,

    .embedding = embedding,
    .embedding_backward = embedding_backward,
    .rotary = rotary,
    .attention = attention,
    .attention_backward = attention_backward,

    .adamw = adamw,
};
