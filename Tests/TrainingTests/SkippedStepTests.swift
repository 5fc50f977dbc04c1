import Autograd
import Layers
import Randomness
import Testing
import Text
import Training
import Transformer

@Suite("A step whose numbers are not finite")
struct SkippedStepTests {
  /// A trainer of the small recipe, of which the steps of `faults` find what they measure replaced.
  private func faultyTrainer(_ faults: [Int: (loss: Double, norm: Double)]) throws -> Trainer {
    var trainer = try trainer()
    trainer.agreed = { report in
      guard let (loss, norm) = faults[report.step] else { return report }
      return StepReport(step: report.step, loss: loss, learningRate: report.learningRate, gradientNorm: norm)
    }
    return trainer
  }

  @Test(
    "is skipped: it counts, weights and moments stay, and the next batch is drawn",
    arguments: [(Double.nan, 1.0), (.infinity, 1), (2, .nan), (2, .infinity)])
  func skips(loss: Double, norm: Double) throws {
    var trainer = try faultyTrainer([2: (loss, norm)])
    #expect(try trainer.takeStep().isFinite)
    let before = [weights(trainer)] + trainer.optimizerState.map(\.tensor.floats)
    let skipped = try trainer.takeStep()
    #expect(!skipped.isFinite && skipped.step == 2)
    #expect([weights(trainer)] + trainer.optimizerState.map(\.tensor.floats) == before)
    #expect(trainer.step == 2 && trainer.consecutiveSkips == 1 && !trainer.hasDiverged)

    // The third step does what it does where there is no second one.
    var other = try Trainer(
      trainer.model.detached, after: 2, dataset: trainer.dataset, options: trainer.options)
    let state = Dictionary(uniqueKeysWithValues: trainer.optimizerState.map { ($0.name, $0.tensor) })
    try other.restoreOptimizer { name, _ in try #require(state[name]) }
    #expect(try trainer.takeStep() == other.takeStep())
    #expect(weights(trainer) == weights(other))
    #expect(trainer.consecutiveSkips == 0)
  }

  @Test("is the third in a row: the trainer has diverged, and takes no other")
  func third() throws {
    let bad = (loss: Double.nan, norm: Double.nan)
    var trainer = try faultyTrainer([1: bad, 2: bad, 4: bad, 5: bad, 6: bad])
    for _ in 1...6 { _ = try trainer.takeStep() }
    #expect(trainer.hasDiverged)
    let error = #expect(throws: TrainingError.self) { try trainer.takeStep() }
    let start = "training diverged at step 6: the loss or the gradient of 3 steps in a row"
    #expect(error?.description.hasPrefix(start) == true)
    #expect(trainer.step == 6)
  }

  @Test("comes from a learning rate that spoils the weights; the error says so, and where they overflow")
  func learningRate() throws {
    var trainer = try trainer(
      smallRecipe {
        ($0.options.learningRate, $0.options.warmupIterations, $0.options.precision) = (1e30, 0, .highest)
      })
    let error = #expect(throws: TrainingError.self) {
      for _ in 0..<10 { _ = try trainer.takeStep() }
    }
    let message = try #require(error?.description)
    #expect(message.contains("with a learning rate of "))
    #expect(message.contains(" and precision highest. The first to overflow was the output of blocks.0"))
    #expect(message.contains("Nothing was saved"))
    let areFinite = weights(trainer).allSatisfy(\.isFinite)
    #expect(areFinite)
  }
}

@Suite("Batches of another row")
struct BatchOffsetTests {
  @Test("are others; those of row 0 are the ones that there were before there were rows")
  func rows() throws {
    let first = try trainer()
    func losses(offset: Int) throws -> [Double] {
      var trainer = try Trainer(
        first.model.detached, after: 0, batchOffset: offset, dataset: first.dataset, options: first.options)
      return try (0..<3).map { _ in try trainer.takeStep().loss }
    }
    var plain = first
    #expect(try losses(offset: 0) == (0..<3).map { _ in try plain.takeStep().loss })
    #expect(Set(try (0..<3).map { try losses(offset: $0)[0] }).count == 3)

    // As the trainer of the tests against PyTorch draws them, and every run that is saved.
    let key = RandomKey(seed: first.options.seed).derived(by: 1)
    let batch = RandomBatches(first.dataset[.training], batchSize: 3, length: 8, key: key).batch(at: 0)
    let loss = Processor.current.with(first.options.precision).run {
      first.model.detached.loss(inputs: batch.inputs, targets: batch.targets, batchSize: 3).item
    }
    #expect(try losses(offset: 0)[0] == loss)
  }
}

@Suite("The place of an overflow")
struct OverflowTests {
  /// A trainer of a model whose parameters `change` has changed.
  private func changedTrainer(_ change: (_ name: String, _ tensor: inout Tensor) -> Void) throws -> Trainer {
    let first = try trainer(smallRecipe { $0.options.precision = .highest })
    var model = first.model.detached
    model.visitParameters { name, tensor in change(name, &tensor) }
    return try Trainer(model, after: 0, dataset: first.dataset, options: first.options)
  }

  private func overflow(_ trainer: Trainer) throws -> String? {
    var trainer = trainer
    for _ in 0..<3 { #expect(try !trainer.takeStep().isFinite) }
    return trainer.divergence(.steps(count: 3)).overflow
  }

  @Test(
    "is the layer whose output is the first that is not finite",
    arguments: [
      ("embedding.weight", "embedding"), ("blocks.0.attention.output.weight", "blocks.0.attention"),
      ("blocks.1.attention.qkv.weight", "blocks.1.attention"), ("blocks.1.mlp.contract.bias", "blocks.1.mlp"),
      ("norm.weight", "the head"),
    ])
  func forward(parameter: String, layer: String) throws {
    let trainer = try changedTrainer { name, tensor in
      if name == parameter { tensor = Tensor(repeating: .nan, shape: tensor.shape, elementType: .float32) }
    }
    #expect(try overflow(trainer) == "the output of \(layer)")
    #expect(trainer.nonFiniteTensor == parameter)
    #expect(!trainer.nextLoss.isFinite)
    #expect(trainer.divergence(.nextLoss).overflow == "the output of \(layer)")
    #expect(trainer.divergence(.evaluation).overflow == "the output of \(layer)")
  }

  @Test("is the parameter whose gradient is the last that is not finite where the loss is")
  func backward() throws {
    // What comes back through the norm has 10³⁶ times the size of the gradients of logits, about 10⁻², and 10⁹ times that
    // is more than a float32 holds; forward, the MLP is zero.
    let trainer = try changedTrainer { name, tensor in
      switch name {
      case "norm.weight": tensor = .full(tensor.shape, 1e36)
      case "blocks.1.mlp.expand.weight", "blocks.1.mlp.expand.bias": tensor = .zeros(tensor.shape)
      case "blocks.1.mlp.contract.weight": tensor = .full(tensor.shape, 1e9) * tensor
      default: break
      }
    }
    #expect(trainer.nextLoss.isFinite)
    #expect(try overflow(trainer)?.hasPrefix("the gradient of blocks.1.mlp.expand.") == true)
  }

  @Test("nothing overflows where all is well, and the next loss is the one that the next step measures")
  func allIsWell() throws {
    var trainer = try trainer(smallRecipe { $0.options.dropout = 0.1 })
    _ = try trainer.takeStep()
    #expect(trainer.nonFiniteTensor == nil)
    #expect(trainer.divergence(.nextLoss).overflow == nil)
    #expect(trainer.divergence(.evaluation).overflow == nil)
    let next = trainer.nextLoss
    #expect(try trainer.takeStep().loss == next)
  }
}
