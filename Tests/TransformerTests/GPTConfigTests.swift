import Testing
import Transformer

@Suite("A configuration")
struct GPTConfigTests {
  static let valid = GPTConfig(vocabularySize: 9, layerCount: 1, headCount: 2, width: 8, contextLength: 4)

  @Test("that can be a model is valid")
  func valid() throws {
    try Self.valid.validate()
  }

  @Test(
    "that cannot be a model says which number is wrong",
    arguments: [
      (\GPTConfig.headCount, 3, "number of heads"), (\.width, 6, "even"), (\.keyValueHeadCount, 3, "key/value heads"),
      (\.layerCount, 0, "number of layers"), (\.contextLength, -1, "context length"),
      (\.vocabularySize, .max, "vocabulary"),
      (\.width, .max, "the width is"), (\.mlpWidth, .min, "MLP"),
    ] as [(WritableKeyPath<GPTConfig, Int> & Sendable, Int, String)])
  func invalid(_ field: WritableKeyPath<GPTConfig, Int> & Sendable, value: Int, named: String) {
    var config = Self.valid
    config[keyPath: field] = value
    do {
      try config.validate()
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(named))
    }
  }

  @Test("refuses a window of no positions")
  func window() {
    var config = Self.valid
    config.slidingWindow = 0
    #expect(throws: GPTConfigError.self) { try config.validate() }
  }

  @Test("keeps attention multi-head and the MLP four times as wide, until they are set otherwise")
  func following() {
    var config = Self.valid
    (config.headCount, config.width) = (4, 16)
    #expect(config.keyValueHeadCount == 4 && config.mlpWidth == 64)
    (config.keyValueHeadCount, config.mlpWidth) = (2, 50)
    (config.headCount, config.width) = (8, 32)
    #expect(config.keyValueHeadCount == 2 && config.mlpWidth == 50)
  }

  @Test("has its architecture's head and ε, until they are set otherwise")
  func architecture() {
    var config = Self.valid
    #expect(config.architecture == .gpt && config.tiesHead && config.normEpsilon == 1e-5)
    config.architecture = .nanochat
    #expect(!config.tiesHead && config.normEpsilon == 1e-6)
    (config.tiesHead, config.normEpsilon) = (true, 1e-3)
    config.architecture = .gpt
    #expect(config.tiesHead && config.normEpsilon == 1e-3)
  }

  @Test("made of hostile numbers does not trap", arguments: [Int.max, .min, .max / 2, -1, 0])
  func hostile(number: Int) {
    var config = Self.valid
    config.width = number
    config.headCount = number
    #expect(throws: GPTConfigError.self) { try config.validate() }
    config = GPTConfig(
      vocabularySize: number, layerCount: number, headCount: number, width: number, contextLength: number)
    #expect(throws: GPTConfigError.self) { try config.validate() }
  }

  @Test("is valid up to 2⁴⁰ parameters, however little memory there is, and refused beyond")
  func largest() throws {
    // 12 C² a layer: 2³⁹ parameters are 2 TiB of weights.
    var config = GPTConfig(vocabularySize: 1, layerCount: 2731, headCount: 1, width: 1 << 12, contextLength: 1)
    try config.validate()
    #expect(abs(Double(config.parameterCount) / 0x1p39 - 1) < 1e-2)
    config.layerCount *= 2
    let error = #expect(throws: GPTConfigError.self) { try config.validate() }
    #expect(error?.description.contains("at most 1099511627776 are supported") == true)
    #expect(error?.properties.contains { $0 == \GPTConfig.layerCount } == true)
  }
}
