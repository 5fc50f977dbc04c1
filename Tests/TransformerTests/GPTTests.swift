import Autograd
import Layers
import Randomness
import Testing
import Transformer

@Suite("The model")
struct GPTTests {
  static let config = GPTConfig(
    vocabularySize: 7, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 8, mlpWidth: 12, contextLength: 5)
  static let inputs: [Int32] = [1, 4, 2, 2, 6, 0, 3, 5, 1, 1]
  static let targets: [Int32] = [4, 2, 2, 6, 0, 3, 5, 1, 1, 2]

  @Test("starts at the loss of guessing: ln V")
  func initialLoss() throws {
    let config = GPTConfig(vocabularySize: 65, layerCount: 2, headCount: 2, width: 32, contextLength: 16)
    let model = try GPT(config, key: RandomKey(seed: 1))
    let tokens = (0..<160).map { Int32(($0 * 37) % 65) }
    let loss = model.loss(inputs: tokens, targets: Array(tokens.dropFirst() + [0]), batchSize: 10)
    // Logits have a deviation of about 0.02·√32 ≈ 0.11, which moves the loss by about its square.
    #expect(abs(loss.item - 4.174) < 0.05)
  }

  @Test(
    "has gradients that agree with central differences for every parameter",
    arguments: [
      config,
      GPTConfig(
        vocabularySize: 7, layerCount: 1, headCount: 1, width: 4, contextLength: 5, slidingWindow: 2, tiesHead: false),
      GPTConfig(
        .nanochat, vocabularySize: 7, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 8, contextLength: 5),
    ])
  func gradients(_ config: GPTConfig) throws {
    let model = try GPT(config, key: RandomKey(seed: 2)).converted(to: .float64).withoutZeroMatrices()
    let report = GradientCheck().check(model.parameters) { parameters in
      model.replacingParameters(with: parameters).loss(inputs: Self.inputs, targets: Self.targets, batchSize: 2)
    }
    #expect(report.passes, "\(String(describing: report.worst))")
    #expect(report.comparedCount == 2 * model.config.parameterCount)
  }

  @Test("looks only back: changing token t changes no logit before t, and some from t on")
  func causality() throws {
    let model = try GPT(Self.config, key: RandomKey(seed: 3))
    let tokens = Array(Self.inputs.prefix(5))
    let logits = model.logits(tokens).scalars
    let size = Self.config.vocabularySize
    for position in 0..<5 {
      var changed = tokens
      changed[position] = (tokens[position] + 1) % Int32(size)
      let after = model.logits(changed).scalars
      #expect(after.prefix(position * size) == logits.prefix(position * size))
      #expect(after.dropFirst(position * size) != logits.dropFirst(position * size))
    }
  }

  @Test("has the mean of its sequences' losses as the loss of a batch")
  func batchLoss() throws {
    let model = try GPT(Self.config, key: RandomKey(seed: 4)).converted(to: .float64)
    let whole = model.loss(inputs: Self.inputs, targets: Self.targets, batchSize: 2).item
    let parts = [0..<5, 5..<10].map { range in
      model.loss(inputs: Array(Self.inputs[range]), targets: Array(Self.targets[range]), batchSize: 1).item
    }
    #expect(abs(whole - (parts[0] + parts[1]) / 2) < 1e-14)
  }

  @Test(
    "has the cross-entropy of its logits as its loss, also where a cap bends them",
    arguments: ModelArchitecture.allCases)
  func lossOfLogits(architecture: ModelArchitecture) throws {
    var config = Self.config
    config.architecture = architecture
    var model = try GPT(config, key: RandomKey(seed: 9)).converted(to: .float64).withoutZeroMatrices()
    // nanochat's begins at 0.001; here its logits have a deviation of 5·√8 before the cap.
    model.visitParameters { name, tensor in if name == "head.weight" { tensor = 5_000 * tensor } }
    let loss = model.loss(inputs: Self.inputs, targets: Self.targets, batchSize: 2).item
    let logits = model.logits(Self.inputs, batchSize: 2).reshaped(to: [-1, config.vocabularySize])
    #expect(abs(loss - crossEntropy(logits: logits, targets: Self.targets).item) < 1e-12)
    #expect(logits.scalars.allSatisfy { abs($0) < 15 })
    #expect(architecture == .gpt || logits.scalars.contains { abs($0) > 12 })
  }

  @Test("records nothing unless its parameters are variables")
  func recording() throws {
    let model = try GPT(Self.config, key: RandomKey(seed: 5))
    #expect(!model.logits([1, 2]).hasHistory)
    #expect(model.requiringGradient().logits([1, 2]).hasHistory)
    #expect(!model.requiringGradient().detached.logits([1, 2]).hasHistory)
  }

  @Test(
    "counts its parameters",
    arguments: [
      config, GPTConfig(vocabularySize: 9, layerCount: 3, headCount: 2, width: 8, contextLength: 4, tiesHead: false),
      GPTConfig(.nanochat, vocabularySize: 9, layerCount: 3, headCount: 2, width: 8, contextLength: 4),
    ])
  func parameterCount(_ config: GPTConfig) throws {
    let model = try GPT(config, key: RandomKey(seed: 6))
    #expect(model.parameters.reduce(0) { $0 + $1.count } == config.parameterCount)
    #expect(Set(model.namedParameters.map(\.name)).count == model.namedParameters.count)
  }

  @Test("begins with GPT-2's weights")
  func initialization() throws {
    let config = GPTConfig(vocabularySize: 50, layerCount: 2, headCount: 2, width: 64, contextLength: 8)
    for (name, tensor) in try GPT(config, key: RandomKey(seed: 7)).namedParameters where tensor.rank == 2 {
      let isResidual = name.hasSuffix("output.weight") || name.hasSuffix("contract.weight")
      let deviation = (tensor.sumOfSquares / Double(tensor.count)).squareRoot()
      // Some 4,000 draws: the deviation is within 5 %, four of its own deviations.
      #expect(abs(deviation / (isResidual ? 0.01 : 0.02) - 1) < 0.05, "\(name)")
    }
  }

  @Test("begins with nanochat's weights, which guess the average of all tokens")
  func initializationOfNanochat() throws {
    let config = GPTConfig(.nanochat, vocabularySize: 50, layerCount: 2, headCount: 2, width: 64, contextLength: 8)
    let model = try GPT(config, key: RandomKey(seed: 7))
    #expect(model.namedParameters.allSatisfy { $0.tensor.rank == 2 })
    for (name, tensor) in model.namedParameters {
      let deviation = (tensor.sumOfSquares / Double(tensor.count)).squareRoot()
      let largest = tensor.floats.map(abs).max() ?? 0
      // Of 3,200 draws or more.
      switch name {
      case "embedding.weight": #expect(abs(deviation - 1) < 0.05)
      case "head.weight": #expect(abs(deviation / 0.001 - 1) < 0.05)
      case _ where name.hasSuffix("output.weight") || name.hasSuffix("contract.weight"): #expect(largest == 0)
      default: #expect(abs(deviation * 8 - 1) < 0.05 && largest < 0.2166, "\(name)")  // ±√(3/64), uniformly
      }
    }
    let loss = model.loss(inputs: Self.inputs.dropLast(5), targets: Array(Self.targets.prefix(5)), batchSize: 1)
    // Logits have a deviation of 0.001·√64 about 0.
    #expect(abs(loss.item - 3.912) < 0.05)
  }

  @Test("drops out when asked, by the key alone")
  func dropout() throws {
    let model = try GPT(Self.config, key: RandomKey(seed: 8))
    let loss = { (draw: Dropout?) in
      model.loss(inputs: Self.inputs, targets: Self.targets, batchSize: 2, dropout: draw).item
    }
    let draw = { Dropout(probability: 0.5, key: RandomKey(seed: $0)) }
    #expect(loss(draw(1)) == loss(draw(1)))
    #expect(loss(draw(1)) != loss(draw(2)))
    #expect(loss(Dropout(probability: 0, key: RandomKey(seed: 1))) == loss(nil))
  }
}
