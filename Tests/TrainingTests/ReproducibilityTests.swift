import Autograd
import Layers
import Randomness
import Testing
import Text
import Training
import Transformer

/// Training held against itself: the same whatever computes it, and however it is cut.
@Suite("Training is reproducible")
struct ReproducibilityTests {
  /// Large enough that kernels cut their work into several chunks, which threads then share.
  static let recipe = smallRecipe {
    ($0.model.width, $0.model.headCount, $0.model.keyValueHeadCount, $0.model.contextLength) = (64, 4, 2, 48)
    ($0.options.maxIterations, $0.options.batchSize, $0.options.dropout) = (20, 12, 0.1)
  }

  /// All weights and moments after 20 steps.
  private func trained(
    _ architecture: ModelArchitecture, by optimizer: OptimizerKind, threads: Int
  ) throws -> [[Float]] {
    try Processor(threads: threads).run {
      var recipe = Self.recipe
      (recipe.model.architecture, recipe.options.optimizer) = (architecture, optimizer)
      var trainer = try trainer(recipe)
      for _ in 0..<20 { _ = try trainer.takeStep() }
      return [weights(trainer)] + trainer.optimizerState.map(\.tensor.floats)
    }
  }

  @Test(
    "to the last bit after 20 steps: the same seed twice, and on 1, 2, 3 and 8 threads",
    arguments: ModelArchitecture.allCases, OptimizerKind.allCases)
  func threads(architecture: ModelArchitecture, optimizer: OptimizerKind) throws {
    let reference = try trained(architecture, by: optimizer, threads: 1)
    #expect(reference[0].allSatisfy { $0.isFinite })
    for threads in [1, 2, 3, 8] {
      let isSame = try trained(architecture, by: optimizer, threads: threads) == reference
      #expect(isSame, "\(threads) threads")
    }
  }

  @Test("to the last bit when a loss is differentiated twice")
  func twice() throws {
    let (model, batch) = try modelAndBatch(.float32)
    let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
    let parameters = model.parameters
    let gradients = (0..<2).map { _ in loss.gradients(of: parameters, keepingGraph: true).map(\.floats) }
    let isSame = gradients[0] == gradients[1]
    #expect(isSame)
  }

  @Test("to rounding when a batch is cut: its gradients are the mean of its parts'", arguments: [2, 3, 6])
  func accumulation(parts: Int) throws {
    let (model, batch) = try modelAndBatch(.float64)
    let parameters = model.namedParameters
    func gradients(_ batch: TokenBatch) -> [Tensor] {
      model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
        .gradients(of: parameters.map(\.tensor))
    }
    let size = batch.batchSize / parts
    let sums = (0..<parts).map { gradients(batch.rows(($0 * size)..<(($0 + 1) * size))) }
      .reduce([Tensor]()) { $0.isEmpty ? $1 : zip($0, $1).map { $0 + $1 } }
    for (parameter, (whole, sum)) in zip(parameters, zip(gradients(batch), sums)) {
      expectEqual(whole.scalars, sum.scalars.map { $0 / Double(parts) }, within: Self.rounding, parameter.name)
    }
  }

  /// The roundings of float64 in sums of some hundred terms, relative to the largest gradient of a tensor.
  static let rounding = 1e-12
  /// The same of float32, whose unit roundoff is 6e-8.
  static let rounding32 = 1e-5

  @Test("to rounding when a trainer accumulates: what its first step hands AdamW is one large batch's gradient")
  func trainersAccumulation() throws {
    // A first moment after one step is the gradient times 1 − β₁.
    func moments(batchSize: Int, parts: Int) throws -> [Tensor] {
      let recipe = smallRecipe {
        ($0.options.batchSize, $0.options.gradientAccumulationSteps) = (batchSize, parts)
        // A third of a number rounds otherwise to bfloat16 than the number.
        $0.options.precision = .highest
      }
      var trainer = try trainer(recipe)
      _ = try trainer.takeStep()
      return trainer.optimizerState.filter { $0.name.hasPrefix("exp_avg.") }.map(\.tensor)
    }
    let whole = try moments(batchSize: 6, parts: 1)
    for parts in [2, 3, 6] {
      for (index, (a, b)) in zip(whole, try moments(batchSize: 6 / parts, parts: parts)).enumerated() {
        expectEqual(a.scalars, b.scalars, within: Self.rounding32, "tensor \(index) of \(parts) parts")
      }
    }
  }

  /// Both agree up to `tolerance` of the largest of them.
  private func expectEqual(_ a: [Double], _ b: [Double], within tolerance: Double, _ name: String) {
    let largest = a.reduce(0) { max($0, abs($1)) }
    #expect(largest > 0, "\(name): nothing but zeros")
    let worst = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst <= tolerance * largest, "\(name): \(worst) of \(largest)")
  }

  /// A fresh model whose parameters are variables, and a batch of six sequences.
  private func modelAndBatch(_ type: ElementType) throws -> (GPT, TokenBatch) {
    let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
    let model = try GPT(smallRecipe().config(vocabularySize: tokenizer.vocabularySize), key: RandomKey(seed: 3))
    let tokens = try TokenIDs(encoding: smallText, by: tokenizer)
    let batches = RandomBatches(tokens[...], batchSize: 6, length: model.config.contextLength, key: RandomKey(seed: 1))
    return (model.converted(to: type).requiringGradient(), batches.batch(at: 0))
  }
}
