import Autograd
import Layers
import Randomness

/// A decoder-only transformer: token embedding, L blocks, a final norm, and a head that computes logits.
///
/// It is pre-norm, with rotary positions and grouped-query attention, optionally over a sliding window; the rest is the
/// architecture's: see `ModelArchitecture`.
/// A model is a value: a copy keeps its weights whatever becomes of the original.
public struct GPT: Module {
  /// The hyperparameters of the architecture.
  public let config: GPTConfig

  var embedding: Embedding  // [V, C]
  private let embeddingNorm: RMSNorm?
  var blocks: [Block]
  var norm: any Norm
  var untiedHead: Embedding?  // [V, C]
  private var angles: RotaryAngles

  /// A model with its architecture's initial weights. Throws if `config` is not valid.
  ///
  /// GPT-2's are normal with σ = 0.02, the projections into the residual stream 0.02/√(2L), biases zero. nanochat's are
  /// uniform in ±√(3/C), the projections into the residual stream zero, the embedding normal with σ = 1, the head with
  /// σ = 0.001.
  public init(_ config: GPTConfig, key: RandomKey) throws(GPTConfigError) {
    try config.validate()
    self.init(config, .drawn(key))
  }

  /// A model with the parameters that `read` returns for each name and shape.
  /// Throws if `config` is invalid, and rethrows errors of `read`.
  public init(_ config: GPTConfig, reading read: (_ name: String, _ shape: [Int]) throws -> Tensor) throws {
    try config.validate()
    self.init(config, .placeholders)
    try visitParameters { name, tensor in tensor = try read(name, tensor.shape) }
    angles = RotaryAngles(config, elementType: elementType)
  }

  /// The names and shapes of the parameters that a model of this configuration has, in their order.
  public static func parameterShapes(_ config: GPTConfig) -> [(name: String, shape: [Int])] {
    GPT(config, .placeholders).namedParameters.map { ($0.name, $0.tensor.shape) }
  }

  private init(_ config: GPTConfig, _ weights: InitialWeights) {
    self.config = config
    embedding = weights.derived(by: 0).embedding(config)
    embeddingNorm = weights.embeddingNorm(config)
    blocks = (0..<config.layerCount).map { Block(config, weights.derived(by: 1).derived(by: $0)) }
    norm = weights.norm(config)
    untiedHead = weights.derived(by: 2).head(config)
    angles = RotaryAngles(config, elementType: .float32)
  }

  /// Visits `embedding`, `blocks.i`, `norm`, and `head` if it is not tied to the embedding.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("embedding", &embedding)
    try visitor("blocks", &blocks)
    try visitor("norm", &norm)
    try visitor("head", &untiedHead)
  }
}

// MARK: - Forward

extension GPT {
  /// The mean cross-entropy, in nats per token, of `targets` given `inputs`: a scalar.
  ///
  /// - Parameters:
  ///   - inputs: [B, T] ids, row by row; T is at most the context length.
  ///   - targets: [B, T] ids, each the token after its input; negative ones are ignored.
  ///   - soft: distributions that the targets are mixed with, [B·T, V].
  ///   - dropout: applied at four places: embedding, attention weights, and both branches into the residual stream.
  ///   - probe: reads or replaces activations.
  public func loss(
    inputs: [Int32], targets: [Int32], soft: SoftTargets? = nil, batchSize: Int, dropout: Dropout? = nil,
    probe: Probe? = nil
  ) -> Tensor {
    let hidden = hidden(inputs, batchSize: batchSize, dropout: dropout, probe: probe)
    return .linearCrossEntropy(
      hidden.reshaped(to: [-1, config.width]), weight: head, targets: targets, soft: soft,
      cappedAt: config.architecture.logitCap)
  }

  /// The logits of the token after each position: `[B, T] → [B, T, V]`.
  ///
  /// With a cache, `tokens` continue the sequences in it, as many as it has, and are appended to them. Traps if ids are
  /// out of the vocabulary, a sequence exceeds the context length, or a cache is used with parameters that are variables.
  public func logits(
    _ tokens: [Int32], batchSize: Int = 1, cache: KVCache? = nil, probe: Probe? = nil
  ) -> Tensor {
    let hidden = hidden(tokens, batchSize: batchSize, cache: cache, probe: probe)
    return logits(ofRows: hidden.reshaped(to: [-1, config.width]))
      .reshaped(to: [batchSize, -1, config.vocabularySize])
  }

  /// The logits [B, V] of the token after the last of each row of `tokens` [B, T], which continue the B sequences in
  /// `cache`. Traps as `logits` does.
  public func nextTokenLogits(_ tokens: [Int32], cache: KVCache, probe: Probe? = nil) -> Tensor {
    let (batch, length) = (cache.sequenceCount, tokens.count / cache.sequenceCount)
    let hidden = hidden(tokens, batchSize: batch, cache: cache, probe: probe)  // [B, T, C]
    let last = hidden.slice((length - 1)..<length, axis: 1).reshaped(to: [batch, config.width])
    return logits(ofRows: last)
  }

  /// [N, C] → [N, V]
  private func logits(ofRows rows: Tensor) -> Tensor {
    let logits = Tensor.matmul(rows, head, transposeB: true)
    guard let cap = config.architecture.logitCap else { return logits }
    return logits.affine(scale: 1 / cap).tanh().affine(scale: cap)
  }

  private var head: Tensor { untiedHead?.weight ?? embedding.weight }

  /// The element type of its weights.
  var elementType: ElementType { embedding.weight.elementType }

  /// The residual stream after the last norm: `[B, T] → [B, T, C]`.
  private func hidden(
    _ tokens: [Int32], batchSize: Int, cache: KVCache? = nil, dropout: Dropout? = nil, probe: Probe? = nil
  ) -> Tensor {
    require(
      batchSize > 0 && tokens.count > 0 && tokens.count % batchSize == 0,
      "GPT: \(tokens.count) tokens in \(batchSize) sequences")
    require(
      cache == nil || cache?.sequenceCount == batchSize,
      "GPT: \(batchSize) sequences, the cache has \(cache?.sequenceCount ?? 0)")
    require(
      cache == nil || !embedding.weight.hasHistory,
      "GPT: a cache has no history; decode with the model's detached form")
    let length = tokens.count / batchSize
    let end = (cache?.lengths.max() ?? 0) + length
    require(end <= config.contextLength, "GPT: \(end) positions, the context length is \(config.contextLength)")

    let context = ForwardContext(positions: angles.table(of: end), dropout: dropout, probe: probe)
    var x = embedding(tokens).reshaped(to: [batchSize, length, config.width])
    x = context.drop(embeddingNorm?(x) ?? x, at: .embedding)
    x = context.observe(x, at: .embedding)
    for (index, block) in blocks.enumerated() {
      x = block(x, context.forLayer(index, cache: cache?.layers[index]))
    }
    return norm(x)
  }
}

// MARK: - Other element types

extension GPT {
  /// A copy with its weights converted to `elementType`: in float64 it serves as the reference.
  public func converted(to elementType: ElementType) -> GPT {
    var model = mappingParameters { $0.detached.converted(to: elementType) }
    model.angles = RotaryAngles(config, elementType: elementType)
    return model
  }
}
