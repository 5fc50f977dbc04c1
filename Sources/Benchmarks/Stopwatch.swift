import Training

/// Milliseconds that each part of a training step took, from one part's end to the next's.
package struct Stopwatch {
  /// So far.
  package private(set) var milliseconds: [TrainingStage: Double] = [:]
  private var last = ContinuousClock.now

  /// Starts with the first part.
  package init() {}

  /// A part has ended.
  package mutating func lap(_ stage: TrainingStage) {
    let now = ContinuousClock.now
    milliseconds[stage, default: 0] += (now - last).seconds * 1e3
    last = now
  }
}
