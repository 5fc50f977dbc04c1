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
      (\GPTConfig.headCount, 3, "number of heads 3"), (\.width, 6, "even"),
      (\.keyValueHeadCount, 3, "number of key/value heads 3"), (\.layerCount, 0, "number of layers is 0"),
      (\.contextLength, -1, "context length is -1"), (\.vocabularySize, .max, "vocabulary"),
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
}
