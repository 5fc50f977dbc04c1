import Autograd
import Testing
import Training

@Suite("A trainer")
struct TrainerTests {
  @Test("learns: from guessing to knowing the small text")
  func learns() throws {
    var trainer = try trainer(smallRecipe { $0.options.maxIterations = 300 })
    let first = try trainer.takeStep().loss
    for _ in 1..<300 { _ = try trainer.takeStep() }
    let last = try #require(try trainer.evaluate()).validationLoss
    // Guessing costs ln 18 ≈ 2.9 nats; after eight characters of this text little is uncertain.
    #expect(first > 2.7)
    #expect(last < 0.6)
  }

  @Test("makes the same weights, bit for bit, whatever the number of threads", arguments: [1, 2, 3, 8])
  func threadCount(_ threads: Int) throws {
    let recipe = smallRecipe { $0.options.dropout = 0.1 }
    let reference = try Processor(threads: 1).run { try trained(recipe, steps: 8) }
    let found = try Processor(threads: threads).run { try trained(recipe, steps: 8) }
    #expect(found == reference)
  }

  @Test("makes other weights of another seed")
  func seed() throws {
    #expect(try trained(smallRecipe(), steps: 1) != trained(smallRecipe { $0.options.seed = 2 }, steps: 1))
  }

  private func trained(_ recipe: Recipe, steps: Int) throws -> [Float] {
    var trainer = try trainer(recipe)
    for _ in 0..<steps { _ = try trainer.takeStep() }
    return weights(trainer)
  }

  @Test("trains in the precision that its options say, and learns as well in medium")
  func precision() throws {
    let medium = smallRecipe { ($0.options.precision, $0.options.maxIterations) = (.medium, 300) }
    let isMedium = Processor.current.with(.medium).precision == .medium
    let highest = smallRecipe { ($0.options.precision, $0.options.maxIterations) = (.highest, 300) }
    #expect(try (trained(medium, steps: 1) == trained(highest, steps: 1)) != isMedium)
    let losses = try [medium, highest].map { recipe in
      var trainer = try trainer(recipe)
      for _ in 0..<300 { _ = try trainer.takeStep() }
      return try #require(try trainer.evaluate()).validationLoss
    }
    // Seeds differ by more.
    #expect(abs(losses[0] - losses[1]) < 0.05)
  }

  @Test("accumulating gradients over batches takes the step of one large batch")
  func accumulation() throws {
    // In float32, since a third of a number rounds otherwise to bfloat16 than the number.
    var large = try trainer(smallRecipe { ($0.options.batchSize, $0.options.precision) = (6, .highest) })
    let parts = smallRecipe {
      ($0.options.batchSize, $0.options.gradientAccumulationSteps, $0.options.precision) = (2, 3, .highest)
    }
    var accumulated = try trainer(parts)
    let (a, b) = (try large.takeStep(), try accumulated.takeStep())
    // Means of 48 losses of order 3, in float32, summed in another order.
    #expect(abs(a.loss - b.loss) < 1e-5)
    #expect(abs(a.gradientNorm - b.gradientNorm) < 1e-4)
  }

  @Test("leaves no tensor behind after a step")
  func noLeak() async {
    await #expect(processExitsWith: .success) {
      var trainer = try trainer()
      _ = try trainer.takeStep()
      let before = CachingAllocator.shared.liveCount
      for _ in 0..<2 { _ = try trainer.takeStep() }
      let bytes = CachingAllocator.shared.systemBytes
      for _ in 0..<3 { _ = try trainer.takeStep() }
      require(CachingAllocator.shared.liveCount == before, "tensors are left")
      require(CachingAllocator.shared.systemBytes == bytes, "memory was asked of the system in a steady step")
    }
  }

  @Test("gives the activations of a layer, once it is differentiated, to the gradients that follow")
  func earlyRelease() async {
    await #expect(processExitsWith: .success) {
      // Of a layer's weights the gradients take 12 C², its activations, at 2 C tokens, 20 C²; eight layers.
      let recipe = smallRecipe {
        ($0.model.layerCount, $0.model.headCount, $0.model.width, $0.model.contextLength) = (8, 4, 64, 16)
        $0.options.batchSize = 8
      }
      var trainer = try trainer(recipe)
      var bytes: [TrainingStage: Int] = [:]
      _ = try trainer.takeStep { bytes[$0] = CachingAllocator.shared.systemBytes }
      let more = bytes[.backward, default: .max] - bytes[.forward, default: 0]
      let gradients = 8 * 12 * 64 * 64 * MemoryLayout<Float>.size
      require(more < gradients, "backward took \(more) bytes from the system, the gradients alone \(gradients)")
    }
  }

  @Test("adds the gradients of further batches to those of the first, where they lie")
  func accumulationInPlace() async {
    await #expect(processExitsWith: .success) {
      // Weights far larger than activations: 8 · 12 C² numbers, and 2 tokens.
      let recipe = smallRecipe {
        ($0.model.layerCount, $0.model.headCount, $0.model.width, $0.model.contextLength) = (8, 4, 64, 2)
        ($0.options.batchSize, $0.options.gradientAccumulationSteps) = (1, 3)
      }
      var trainer = try trainer(recipe)
      var bytes: [Int] = []
      _ = try trainer.takeStep { if $0 == .backward { bytes.append(CachingAllocator.shared.systemBytes) } }
      let gradients = 8 * 12 * 64 * 64 * MemoryLayout<Float>.size
      // The second batch needs a set of its own until it is added.
      let more = bytes[2] - bytes[0]
      require(more < gradients * 3 / 2, "two more batches took \(more) bytes from the system, one set is \(gradients)")
    }
  }

  static let invalid: [(name: String, options: TrainingOptions)] = {
    func changed(_ change: (inout TrainingOptions) -> Void) -> TrainingOptions {
      var options = smallRecipe().options
      change(&options)
      return options
    }
    return [
      ("`batch_size`", changed { $0.batchSize = 0 }), ("`learning_rate`", changed { $0.learningRate = .nan }),
      ("`warmup_iters`", changed { $0.warmupIterations = 13 }), ("`dropout`", changed { $0.dropout = 1 }),
      ("`beta2`", changed { $0.beta2 = -1 }), ("`max_iters`", changed { $0.maxIterations = 0 }),
      ("`eval_iters`", changed { $0.evaluation = .batches(0) }),
    ]
  }()

  @Test("refuses options that make no run, and names them", arguments: invalid)
  func invalidOptions(name: String, options: TrainingOptions) {
    do {
      try options.validate()
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(name))
    }
  }
}
