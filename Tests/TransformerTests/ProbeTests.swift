import Autograd
import Layers
import Randomness
import Testing
import Transformer

@Suite("A probe")
struct ProbeTests {
  static let config = GPTConfig(
    vocabularySize: 11, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 16, contextLength: 8,
    slidingWindow: 5)
  static let tokens: [Int32] = [1, 4, 2, 7, 6, 0, 3, 5]
  /// Float64 rounding of a few hundred additions, relative to logits of order one.
  static let rounding = 1e-12

  private func model(_ architecture: ModelArchitecture = .gpt) throws -> GPT {
    var config = Self.config
    config.architecture = architecture
    return try GPT(config, key: RandomKey(seed: 3)).converted(to: .float64).withoutZeroMatrices()
  }

  static let sites: [(site: Probe.Site, shape: [Int])] =
    [(.embedding, [2, 4, 16])]
    + (0..<2).flatMap { layer in
      [
        (.attentionWeights(layer: layer), [2, 4, 4, 4]), (.headOutputs(layer: layer), [2, 4, 4, 4]),
        (.attentionOutput(layer: layer), [2, 4, 16]), (.mlpOutput(layer: layer), [2, 4, 16]),
        (.residual(layer: layer), [2, 4, 16]),
      ]
    }

  @Test("reads at every site, once and in its shape, and changes nothing", arguments: ModelArchitecture.allCases)
  func reads(_ architecture: ModelArchitecture) throws {
    let model = try model(architecture)
    var seen: [Probe.Site: [Int]] = [:]
    let probe = Probe(at: Set(Self.sites.map(\.site))) { x, site in
      #expect(seen.updateValue(x.shape, forKey: site) == nil)
      return x
    }
    let probed = model.logits(Self.tokens, batchSize: 2, probe: probe).scalars
    #expect(seen == Dictionary(uniqueKeysWithValues: Self.sites))
    let plain = model.logits(Self.tokens, batchSize: 2).scalars
    #expect(zip(probed, plain).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  @Test("that changes what passes changes the logits, at every site", arguments: sites.map(\.site))
  func changes(_ site: Probe.Site) throws {
    let model = try model()
    let plain = model.logits(Self.tokens, batchSize: 2).scalars
    let probed = model.logits(Self.tokens, batchSize: 2, probe: Probe(at: [site]) { x, _ in 1.5 * x + 0.25 }).scalars
    #expect(zip(plain, probed).contains { abs($0 - $1) > 1e-6 })
  }

  @Test(
    "sees each query's weights: they sum to one, and are none where the query does not look",
    arguments: ModelArchitecture.allCases)
  func weights(_ architecture: ModelArchitecture) throws {
    var weights: [Double] = []
    let probe = Probe(at: [.attentionWeights(layer: 1)]) { x, _ in
      weights = x.scalars
      return x
    }
    _ = try model(architecture).logits(Self.tokens, probe: probe)
    for row in 0..<(4 * 8) {
      let (query, keys) = (row % 8, weights[(row * 8)..<(row * 8 + 8)])
      #expect(abs(keys.reduce(0, +) - 1) < Self.rounding)
      for (key, weight) in keys.enumerated() { #expect((weight > 0) == (key <= query && key > query - 5)) }
    }
  }

  @Test("ablates a head as a projection without it does")
  func ablation() throws {
    var model = try model()
    let keep = Tensor((0..<4).map { $0 == 2 ? 0 : 1 }, shape: [4, 1], elementType: .float64)
    let probe = Probe(at: [.headOutputs(layer: 0)]) { x, _ in x * keep }
    let probed = model.logits(Self.tokens, probe: probe).scalars
    let columns = Tensor((0..<16).map { $0 / 4 == 2 ? 0 : 1 }, shape: [16], elementType: .float64)
    model.visitParameters { name, tensor in
      if name == "blocks.0.attention.output.weight" { tensor = tensor * columns }
    }
    let without = model.logits(Self.tokens).scalars
    #expect(zip(probed, without).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  @Test("sees the weights of a decoded token, too", arguments: ModelArchitecture.allCases)
  func cached(_ architecture: ModelArchitecture) throws {
    let model = try model(architecture)
    var shapes: [[Int]] = []
    let probe = Probe(at: [.attentionWeights(layer: 0)]) { x, _ in
      shapes.append(x.shape)
      return x
    }
    let cache = KVCache(for: model)
    _ = model.nextTokenLogits([1, 2, 3], cache: cache)
    let probed = model.nextTokenLogits([4], cache: cache, probe: probe).scalars
    #expect(shapes == [[1, 4, 1, 4]])
    let whole = model.logits([1, 2, 3, 4]).scalars.suffix(11)
    #expect(zip(probed, whole).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  @Test("gradients flow through what it leaves alone", arguments: ModelArchitecture.allCases)
  func gradients(_ architecture: ModelArchitecture) throws {
    let model = try model(architecture).requiringGradient()
    let targets = Array(Self.tokens.dropFirst() + [1])
    func gradients(_ probe: Probe?) -> [[Double]] {
      model.loss(inputs: Self.tokens, targets: targets, batchSize: 2, probe: probe)
        .gradients(of: model.parameters).map(\.scalars)
    }
    let probe = Probe(at: Set(Self.sites.map(\.site))) { x, _ in x }
    for (a, b) in zip(gradients(nil), gradients(probe)) {
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < Self.rounding })
    }
  }
}
