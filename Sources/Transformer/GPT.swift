import Autograd
import Randomness

/// A decoder-only transformer: token embedding, L blocks, a last layer norm, and a head that makes logits.
///
/// The arithmetic is Starcoder2's (Lozhkov et al., arXiv 2402.19173): pre-norm, layer norm and linear maps with bias,
/// rotary positions, GELU-tanh, grouped-query attention, optionally a sliding window, and a tied head.
/// A model is a value: a copy keeps its weights whatever becomes of the original.
public struct GPT: Module {
  /// What fixes its shape.
  public let config: GPTConfig

  var embedding: Tensor  // [V, C]
  var blocks: [Block]
  var norm: LayerNorm
  var untiedHead: Tensor?  // [V, C]
  private var positions: RotaryTable

  /// A model with GPT-2's initial weights: normal with deviation 0.02, the projections into the residual stream
  /// 0.02/√(2L), biases zero. Throws where `config` is not valid.
  public init(_ config: GPTConfig, key: RandomKey) throws(GPTConfigError) {
    try self.init(config, drawnFrom: key)
  }

  /// A model whose matrices are 0, for whoever reads a file into them. Throws where `config` is not valid.
  package init(empty config: GPTConfig) throws(GPTConfigError) {
    try self.init(config, drawnFrom: nil)
  }

  private init(_ config: GPTConfig, drawnFrom key: RandomKey?) throws(GPTConfigError) {
    try config.validate()
    self.config = config
    let table = [config.vocabularySize, config.width]
    embedding = .initialWeight(table, deviation: GPTConfig.initialDeviation, key: key?.derived(by: 0))
    blocks = (0..<config.layerCount).map { Block(config, key: key?.derived(by: 1, UInt64($0))) }
    norm = LayerNorm(config.width, epsilon: config.layerNormEpsilon)
    untiedHead =
      config.tiesHead
      ? nil : .initialWeight(table, deviation: GPTConfig.initialDeviation, key: key?.derived(by: 2))
    positions = RotaryTable(
      headWidth: config.headWidth, positionCount: config.contextLength, theta: config.ropeTheta)
  }

  /// Visits the learned tensors by their names: Starcoder2's: `model.embed_tokens.weight`, `model.layers.i`, `model.norm`, `lm_head.weight` if untied.
  public mutating func visitParameters(_ path: String = "", _ visit: ParameterVisitor) throws {
    try visit(join(path, "model.embed_tokens.weight"), &embedding)
    for index in blocks.indices { try blocks[index].visitParameters(join(path, "model.layers.\(index)"), visit) }
    try norm.visitParameters(join(path, "model.norm"), visit)
    if var head = untiedHead {
      untiedHead = nil  // so that the visitor finds it unshared
      defer { untiedHead = head }
      try visit(join(path, "lm_head.weight"), &head)
    }
  }
}

// MARK: - Forward

extension GPT {
  /// The mean cross-entropy, in nats per token, of `targets` given `inputs`: a scalar.
  ///
  /// - Parameters:
  ///   - inputs: [B, T] ids, row by row; T is at most the context length.
  ///   - targets: [B, T] ids, each the token after its input; a negative one is not scored.
  ///   - dropout: draws at the four places: embedding, attention weights, and both branches into the residual stream.
  public func loss(inputs: [Int32], targets: [Int32], batchSize: Int, dropout: Dropout? = nil) -> Tensor {
    let hidden = hidden(inputs, batchSize: batchSize, cache: nil, dropout: dropout)
    return .linearCrossEntropy(hidden.reshaped(to: [-1, config.width]), weight: head, targets: targets)
  }

  /// The logits of the token after each position: `[B, T] → [B, T, V]`.
  ///
  /// With a cache, B is 1, `tokens` continue the sequence in it, and are appended to it. Traps where ids are out of the
  /// vocabulary, the sequence exceeds the context length, or a cache is used with parameters that are variables.
  public func logits(_ tokens: [Int32], batchSize: Int = 1, cache: KVCache? = nil) -> Tensor {
    let hidden = hidden(tokens, batchSize: batchSize, cache: cache, dropout: nil)
    return Tensor.matmul(hidden.reshaped(to: [-1, config.width]), head, transposeB: true)
      .reshaped(to: [batchSize, -1, config.vocabularySize])
  }

  /// The logits [V] of the token after the last of `tokens`, which continue the sequence in `cache`.
  public func nextTokenLogits(_ tokens: [Int32], cache: KVCache) -> Tensor {
    let hidden = hidden(tokens, batchSize: 1, cache: cache, dropout: nil)  // [1, T, C]
    let last = hidden.slice((tokens.count - 1)..<tokens.count, axis: 1).reshaped(to: [1, config.width])
    return Tensor.matmul(last, head, transposeB: true).reshaped(to: [config.vocabularySize])
  }

  private var head: Tensor { untiedHead ?? embedding }

  /// What its weights are.
  var elementType: ElementType { embedding.elementType }

  /// The residual stream after the last layer norm: `[B, T] → [B, T, C]`.
  private func hidden(_ tokens: [Int32], batchSize: Int, cache: KVCache?, dropout: Dropout?) -> Tensor {
    require(
      batchSize > 0 && tokens.count > 0 && tokens.count % batchSize == 0,
      "GPT: \(tokens.count) tokens in \(batchSize) sequences")
    require(cache == nil || batchSize == 1, "GPT: a cache holds one sequence, not \(batchSize)")
    require(cache == nil || !embedding.hasHistory, "GPT: a cache has no history; decode with the model's detached form")
    let length = tokens.count / batchSize
    require(
      (cache?.length ?? 0) + length <= config.contextLength,
      "GPT: \((cache?.length ?? 0) + length) positions, the context length is \(config.contextLength)")

    var x = Tensor.embedding(tokens, table: embedding).reshaped(to: [batchSize, length, config.width])
    if let dropout { x = x.dropout(dropout.at(.embedding)) }
    for (index, block) in blocks.enumerated() {
      x = block(x, positions: positions, cache: cache?.layers[index], dropout: dropout?.at(.block, index))
    }
    return norm(x)
  }
}

// MARK: - Other element types

extension GPT {
  /// The same model with its weights rounded to `elementType`: in float64 it is its own specification.
  public func converted(to elementType: ElementType) -> GPT {
    var model = mapped { $0.detached.converted(to: elementType) }
    model.positions = RotaryTable(
      headWidth: config.headWidth, positionCount: config.contextLength, theta: config.ropeTheta,
      elementType: elementType)
    return model
  }
}
