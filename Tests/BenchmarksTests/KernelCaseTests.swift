import Benchmarks
import Testing
import Training
import Transformer

@Suite("Kernels as benchmarks call them")
struct KernelCaseTests {
  /// B 2, T 8, C 4, F 16, H 2, D 2, V 5: M = 16 tokens.
  private static let config = GPTConfig(
    vocabularySize: 5, layerCount: 1, headCount: 2, width: 4, contextLength: 8)

  private func amount(_ name: String, of config: GPTConfig = config) throws -> Double {
    try #require(KernelCase.all(config, batchSize: 2).first { $0.name == name }).amount
  }

  @Test("a product takes 2·m·n·k operations, whichever of the three it is")
  func products() throws {
    for product in ["forward", "input gradient", "weight gradient"] {
      #expect(try amount("qkv \(product)") == 2 * 16 * 12 * 4)
      #expect(try amount("mlp expand \(product)") == 2 * 16 * 16 * 4)
      #expect(try amount("head \(product)") == 2 * 16 * 5 * 4)
    }
  }

  @Test("attention counts the pairs that a causal mask leaves: two products forward, five backward")
  func attention() throws {
    // 36 pairs a head, 2 sequences of 2 heads, D = 2.
    #expect(try amount("attention forward") == 4 * 2 * 36 * 4)
    #expect(try amount("attention backward") == 10 * 2 * 36 * 4)
  }

  @Test(
    "a pass over memory counts every float that is read or written",
    arguments: [
      ("layer norm forward", 64 + 64 + 2 * 4 + 2 * 16), ("layer norm backward", 3 * 64 + 3 * 4 + 2 * 16),
      ("softmax, cross-entropy", 80 + 80 + 2 * 16), ("bias gradient", 256 + 16), ("gelu forward", 2 * 256),
      ("gelu backward", 4 * 256), ("residual add", 3 * 64), ("dropout", 2 * 64), ("gradient norm", 64),
      ("adamw", 7 * 64), ("embedding forward", 2 * 64 + 16), ("embedding backward", 3 * 64 + 16),
      ("rotary", 2 * 192 + 2 * 8),
    ])
  func passes(name: String, floats: Int) throws {
    #expect(try amount(name) == Double(4 * floats))
  }

  @Test(
    "nanochat's passes over memory count theirs",
    arguments: [
      ("rms norm forward", 64 + 64 + 16), ("rms norm backward", 3 * 64 + 16), ("squared relu forward", 2 * 256),
      ("squared relu backward", 4 * 256), ("softmax, cross-entropy", 80 + 80 + 2 * 16),
      // Queries and keys are 8 of a row's 12, four heads.
      ("rotary, norm forward", 2 * 192 + 2 * 8 + 64), ("rotary, norm backward", 2 * 192 + 128 + 2 * 8 + 64),
    ])
  func passesOfNanochat(name: String, floats: Int) throws {
    var config = Self.config
    config.architecture = .nanochat
    #expect(try amount(name, of: config) == Double(4 * floats))
  }

  @Test("the linear maps of a preset are those that its parameters are made of", arguments: Preset.all)
  func linearShapes(preset: Preset) {
    let config = preset.recipe.config(vocabularySize: 100)
    let maps = KernelCase.linearShapes(config)
    let weights = maps.dropLast().reduce(0) { $0 + $1.inputs * $1.outputs + $1.outputs }
    let head = maps.last.map { $0.inputs * $0.outputs } ?? 0
    // What is left are the gains and biases of layer norm.
    let norms = 2 * config.width * (2 * config.layerCount + 1)
    #expect(config.layerCount * weights + head + norms == config.parameterCount)
  }

  @Test("grouped-query attention has narrower keys and values")
  func groupedQueries() throws {
    var config = Self.config
    config.keyValueHeadCount = 1
    #expect(try amount("qkv forward", of: config) == 2 * 16 * 8 * 4)
    #expect(try amount("rotary", of: config) == 4 * (2 * 16 * 8 + 2 * 8))
    #expect(try amount("attention forward", of: config) == 4 * 2 * 36 * 4)
  }

  @Test("a measurement's medians are those of its repetitions, the share of pairs side by side")
  func measurement() {
    let measured = KernelCase.Measurement(seconds: [1, 2, 4], rates: [8, 4, 2], peaks: [16, 4, 8])
    #expect(measured.rate == 4 && measured.peak == 8 && measured.share == 0.5)
    #expect(median(of: [4, 1, 3, 2]) == 2.5 && median(of: []).isNaN)
  }
}
