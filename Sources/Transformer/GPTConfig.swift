import Autograd

/// The hyperparameters that determine a model's architecture.
///
/// Some defaults follow other properties until they are set: `tiesHead` and `normEpsilon` are the architecture's,
/// `keyValueHeadCount` equals `headCount`, and `mlpWidth` is four times `width`. Set those others first.
public struct GPTConfig: Sendable, Equatable {
  /// What its blocks are made of.
  public var architecture = ModelArchitecture.gpt {
    didSet {
      if tiesHead == oldValue.tiesHead { tiesHead = architecture.tiesHead }
      if normEpsilon == oldValue.normEpsilon { normEpsilon = architecture.normEpsilon }
    }
  }
  /// V: the size of the vocabulary.
  public var vocabularySize: Int
  /// L: the number of blocks.
  public var layerCount: Int
  /// H: the number of query heads.
  public var headCount: Int {
    didSet { if keyValueHeadCount == oldValue { keyValueHeadCount = headCount } }
  }
  /// G: the number of key/value heads; divides H. Equal to H for multi-head attention.
  public var keyValueHeadCount: Int
  /// C: the width of the residual stream (n_embd); divisible by H.
  public var width: Int {
    didSet { if mlpWidth == Self.usualMLPWidth(oldValue) { mlpWidth = Self.usualMLPWidth(width) } }
  }
  /// F: the hidden width of the MLP, 4C by default.
  public var mlpWidth: Int
  /// T: the maximum sequence length (block size).
  public var contextLength: Int
  /// W: the number of positions a token attends to, including its own; nil for all previous ones.
  public var slidingWindow: Int?
  /// Whether the output head shares its weights with the token embedding (weight tying).
  public var tiesHead: Bool
  /// ε of the norms.
  public var normEpsilon: Double
  /// θ of rotary embedding.
  public var ropeTheta = 10_000.0

  /// By default, multi-head attention, an MLP of four times the width, and the architecture's own head and ε.
  public init(
    _ architecture: ModelArchitecture = .gpt, vocabularySize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int? = nil, width: Int, mlpWidth: Int? = nil, contextLength: Int, slidingWindow: Int? = nil,
    tiesHead: Bool? = nil
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.width = width
    self.mlpWidth = mlpWidth ?? Self.usualMLPWidth(width)
    self.contextLength = contextLength
    self.slidingWindow = slidingWindow
    self.tiesHead = tiesHead ?? architecture.tiesHead
    normEpsilon = architecture.normEpsilon
  }

  /// 4C. A width near Int.max comes from a hostile file; `validate` refuses it, so here it must only not overflow.
  private static func usualMLPWidth(_ width: Int) -> Int { width.multipliedReportingOverflow(by: 4).partialValue }

  /// D: the width of a head, C / H.
  public var headWidth: Int { width / headCount }

  /// The heads of a packed row of queries, keys and values.
  package var heads: AttentionHeads {
    AttentionHeads(queries: headCount, keysAndValues: keyValueHeadCount, width: headWidth)
  }

  /// The standard deviation of GPT-2's weights at the start.
  public static let initialDeviation = 0.02

  /// The number of parameters, counted layer by layer: one block counts L times.
  public var parameterCount: Int {
    func count(layers: Int) -> Int {
      var config = self
      config.layerCount = layers
      return GPT.parameterShapes(config).reduce(0) { $0 + $1.shape.reduce(1, *) }
    }
    let (none, one) = (count(layers: 0), count(layers: 1))
    return none + layerCount * (one - none)
  }
}

/// Why a configuration is invalid.
public struct GPTConfigError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, with the numbers and what would be right.
  public let description: String
  /// The properties that it is about.
  public let properties: [any PartialKeyPath<GPTConfig> & Sendable]

  /// Whether the same is wrong with the same numbers.
  public static func == (a: Self, b: Self) -> Bool { a.description == b.description }
}

extension GPTConfig {
  /// No number in a configuration may exceed this, nor a model have more parameters than that: far above any model that
  /// one computer could hold, and low enough that no size computed from valid numbers overflows.
  private static let largest = 1 << 24
  private static let mostParameters = 1 << 40

  /// Throws if no model can have this configuration. Does not check available memory.
  public func validate() throws(GPTConfigError) {
    let counts: [(any PartialKeyPath<GPTConfig> & Sendable, String, Int)] = [
      (\.vocabularySize, "vocabulary size", vocabularySize), (\.layerCount, "number of layers", layerCount),
      (\.headCount, "number of heads", headCount),
      (\.keyValueHeadCount, "number of key/value heads", keyValueHeadCount), (\.width, "width", width),
      (\.mlpWidth, "MLP width", mlpWidth), (\.contextLength, "context length", contextLength),
      (\.slidingWindow, "sliding window", slidingWindow ?? 1),
    ]
    for (property, name, value) in counts {
      try check(
        (1...Self.largest).contains(value), property,
        message: "the \(name) is \(value); it must be from 1 to \(Self.largest)")
    }
    try validateHeads()
    // In floating point, where the product of hostile numbers does not overflow.
    let perLayer = Double(width) * (4 * Double(width) + 2 * Double(mlpWidth))
    let estimate = Double(vocabularySize) * Double(width) + Double(layerCount) * perLayer
    try check(
      estimate <= Double(Self.mostParameters), \.vocabularySize, \.layerCount, \.width, \.mlpWidth,
      message: "such a model would have about \(estimate) parameters; at most \(Self.mostParameters) are supported")
    try check(
      normEpsilon > 0 && normEpsilon.isFinite, \.normEpsilon,
      message: "the norms' ε is \(normEpsilon); it must be positive")
    try check(
      ropeTheta > 0 && ropeTheta.isFinite, \.ropeTheta,
      message: "rotary embedding's θ is \(ropeTheta); it must be positive")
  }

  private func validateHeads() throws(GPTConfigError) {
    try check(
      width % headCount == 0, \.width, \.headCount,
      message: "the width \(width) is not divisible by the number of heads \(headCount)")
    try check(
      headWidth % 2 == 0, \.width, \.headCount,
      message: "a head is \(headWidth) wide (width \(width) / heads \(headCount)); rotary embedding needs an even width"
    )
    try check(
      headCount % keyValueHeadCount == 0, \.headCount, \.keyValueHeadCount,
      message: "the number of heads \(headCount) is not divisible by that of key/value heads \(keyValueHeadCount)")
  }

  private func check(
    _ holds: Bool, _ properties: any PartialKeyPath<GPTConfig> & Sendable..., message: @autoclosure () -> String
  ) throws(GPTConfigError) {
    if !holds { throw GPTConfigError(description: message(), properties: properties) }
  }
}
