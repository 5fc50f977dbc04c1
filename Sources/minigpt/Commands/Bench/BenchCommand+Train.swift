import Autograd
import Benchmarks
import Randomness
import Text
import Training
import Transformer

// `minigpt bench train`.

extension BenchCommand {
  static let warmUpSteps = 3

  /// Times steps as `minigpt train` takes them, and their parts.
  func train(on terminal: Terminal) throws {
    let start = ContinuousClock.now
    let recipe = recipe
    let (ids, vocabularySize) = try tokens(contextLength: recipe.model.contextLength)
    let config = recipe.config(vocabularySize: vocabularySize)
    try config.validate()
    let dataset = try TokenDataset(ids, validationFraction: 0, blockSize: recipe.model.contextLength)
    var trainer = try Trainer(config, dataset: dataset, options: recipe.options)
    let report = BenchmarkReport(on: terminal, json: json, config)
    report.fact(
      "batch",
      "\(Formatting.count(recipe.options.batchSize, "sequence")) of "
        + "\(Formatting.count(recipe.model.contextLength)), \(corpus ?? "random tokens")")
    report.fact("optimizer", recipe.options.optimizer.rawValue)

    _ = try trainer.takeStep()
    let startup = (ContinuousClock.now - start).seconds
    for _ in 1..<Self.warmUpSteps { _ = try trainer.takeStep() }
    let machine = Machine(.current)
    var peaks = Self.peaks(of: machine)
    let stages = try time(&trainer, on: terminal)
    let benchmark = Benchmark(
      "train", stepMilliseconds: stages.map { $0.values.reduce(0, +) }, tokensPerStep: trainer.tokensPerStep,
      operationsPerToken: config.trainingOperationsPerToken)
    peaks += Self.peaks(of: machine)
    report.end(benchmark, TrainingDetails(steps: stages, peak: median(of: peaks), startup: startup))
  }

  /// The milliseconds of each part, for each step.
  private func time(_ trainer: inout Trainer, on terminal: Terminal) throws -> [[TrainingStage: Double]] {
    let steps = steps ?? 20
    var progress = ProgressReport(on: terminal, fallback: .error)
    return try (0..<steps).map { step in
      progress.update { "step \(step + 1) of \(steps)" }
      var watch = Stopwatch()
      _ = try trainer.takeStep { watch.lap($0) }
      return watch.milliseconds
    }
  }

  private static func peaks(of machine: Machine) -> [Double] {
    (0..<5).map { _ in machine.peakOperationsPerSecond(in: machine.precision) }
  }
}
