import Autograd
import Randomness
import Text
import Training
import Transformer

// `minigpt bench train`.

extension BenchCommand {
  static let warmUpSteps = 3

  /// Times whole steps as `minigpt train` takes them, and then half as many with the clock read between
  /// parts.
  func train(on terminal: Terminal) throws {
    let start = ContinuousClock.now
    let recipe = recipe
    let (ids, vocabularySize) = try tokens(contextLength: recipe.contextLength)
    let config = recipe.config(vocabularySize: vocabularySize)
    try config.validate()
    let dataset = try TokenDataset(ids, validationFraction: 0, blockSize: recipe.contextLength)
    var trainer = try Trainer(config, dataset: dataset, options: recipe.options)
    let report = BenchmarkReport(on: terminal, json: json, config)
    report.fact(
      "batch",
      "\(Formatting.count(recipe.options.batchSize)) sequences of "
        + "\(Formatting.count(recipe.contextLength)), \(corpus ?? "random tokens")")

    _ = try trainer.takeStep()
    let startup = (ContinuousClock.now - start).seconds
    for _ in 1..<Self.warmUpSteps { _ = try trainer.takeStep() }
    let machine = Machine(threads: Processor.current.threads, precision: Processor.current.precision)
    var peaks = Self.peaks(of: machine)
    let times = try time(&trainer, on: terminal)
    let benchmark = Benchmark(
      "train", stepMilliseconds: times, tokensPerStep: trainer.tokensPerStep,
      operationsPerToken: config.trainingOperationsPerToken)
    peaks += Self.peaks(of: machine)

    var staged = StagedTraining(continuing: consume trainer, batchKey: RandomKey(seed: 1))
    _ = staged.takeStep()
    let stages = (0..<(times.count + 1) / 2).map { _ in staged.takeStep().milliseconds }
    report.end(benchmark, TrainingDetails(steps: stages, peak: median(of: peaks), startup: startup))
  }

  private func time(_ trainer: inout Trainer, on terminal: Terminal) throws -> [Double] {
    let steps = steps ?? 20
    var progress = ProgressReport(on: terminal, fallback: .error)
    return try (0..<steps).map { step in
      progress.update { "step \(step + 1) of \(steps)" }
      return try ContinuousClock().measure { _ = try trainer.takeStep() }.seconds * 1e3
    }
  }

  private static func peaks(of machine: Machine) -> [Double] {
    (0..<5).map { _ in machine.peakOperationsPerSecond(in: machine.precision) }
  }
}
