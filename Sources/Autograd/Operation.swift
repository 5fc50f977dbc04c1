/// Every differentiable operation there is.
///
/// The gradient-check table is an exhaustive `switch` over these cases (`Operation.samples`), so an operation
/// without a check does not compile.
public enum Operation: String, Sendable, Hashable, CaseIterable {
  // Arithmetic
  case add, subtract, multiply, divide, negate, affine
  // Elementary functions and activations
  case exp, log, sqrt, power, tanh, sigmoid, relu, silu, gelu, reluSquared
  // Layout
  case broadcast, reshape, transpose, slice, concatenate, gather
  // Element types and choice
  case convert, `where`
  // Reductions
  case sum, mean, maximum
  // Products
  case matmul, linear
  // Rows
  case softmax, logSoftmax, layerNorm, rmsNorm
  // The transformer's own
  case embedding, dropout, rotaryEmbedding, normalizedRotaryEmbedding, attention, linearCrossEntropy
  // A user's own
  case custom
}
