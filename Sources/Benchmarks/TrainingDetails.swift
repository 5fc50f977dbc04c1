import Training

/// What is known of steps of training besides how long they took.
package struct TrainingDetails {
  /// Milliseconds of each part, for each step.
  package let steps: [[TrainingStage: Double]]
  /// Floating-point operations in a second that the machine could do at most, measured around the steps.
  package let peak: Double
  /// Seconds from the beginning of the command to the end of the first step.
  package let startup: Double

  /// The details of steps that took so long, part by part.
  package init(steps: [[TrainingStage: Double]], peak: Double, startup: Double) {
    (self.steps, self.peak, self.startup) = (steps, peak, startup)
  }

  /// Milliseconds of a part, in the middle of all steps.
  package func median(of stage: TrainingStage) -> Double {
    Benchmarks.median(of: steps.compactMap { $0[stage] })
  }

  /// The part of the peak that the step in the middle reached.
  package func share(_ benchmark: Benchmark) -> Double {
    let operations = benchmark.operationsPerToken * Double(benchmark.tokensPerStep)
    return operations / (benchmark.median / 1e3) / peak
  }
}
