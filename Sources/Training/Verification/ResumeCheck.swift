import Autograd
import Checkpoints
import Files
import Foundation
import Text

/// The promise that a resumed run is, bit for bit, the one that never stopped, put to the test on a copy of a run: once
/// straight through, and once stopped half-way and resumed, on other numbers of threads.
package struct ResumeCheck {
  /// A file that both have written.
  package struct Comparison: Sendable, Equatable {
    /// What it is called.
    package let file: String
    /// Where the two begin to differ, in bytes; nil where they are equal.
    package let firstDifference: Int?
    /// Its length where the run was not stopped.
    package let byteCount: Int
  }

  /// The steps that are taken, the first and the last.
  package let steps: ClosedRange<Int>
  /// After which of them one of the two stops.
  package let stop: Int
  /// How many threads compute: all of the run that goes straight through, the other until it stops, and then.
  package let threads: (straight: Int, before: Int, after: Int)

  private let checkpoint: SavedCheckpoint
  private let recipe: Recipe
  private let corpus: Corpus

  /// A check of `count` steps, at least two, after `checkpoint`.
  ///
  /// - Throws: `FileError` where the checkpoint's state cannot be read, `TrainingError.otherText` where `corpus` is
  ///   not the run's, and `.invalidOption` where so many steps cannot be counted.
  package init(of checkpoint: SavedCheckpoint, corpus: Corpus, steps count: Int) throws {
    self.checkpoint = checkpoint
    self.corpus = corpus
    let (last, overflow) = checkpoint.step.addingReportingOverflow(count)
    guard !overflow else { throw TrainingError.invalidOption("no run has \(count) steps after \(checkpoint.step)") }
    steps = (checkpoint.step + 1)...last
    stop = checkpoint.step + count / 2
    let straight = Processor.current.threads
    threads = (straight, straight == 1 ? 2 : 1, straight + 1)
    let state = try TrainerState(of: checkpoint.path).trainer
    let (trained, given) = (try CorpusFingerprint(state["corpus"]), CorpusFingerprint(corpus))
    guard trained == given else {
      throw TrainingError.otherText(
        path: checkpoint.path, characters: trained.characterCount, found: given.characterCount)
    }
    var recipe = try Recipe(state["recipe"])
    recipe.options.maxIterations = steps.upperBound
    recipe.options.patience = nil
    self.recipe = recipe
  }

  /// Trains both in `directory`, which is to be empty, and compares what they leave; nil if `shouldStop` ended it.
  ///
  /// - Parameter onStep: told how many of the steps of both are done.
  package func run(
    in directory: String, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
  ) throws -> [Comparison]? {
    var done = 0
    func train(_ name: String, threads: Int, until last: Int) throws -> Bool {
      let processor = Processor(threads: threads, precision: Processor.current.precision)
      return try processor.run {
        guard let copy = try SavedRun(RunDirectory(directory + "/" + name)) else { return false }
        var run = try TrainingRun(resuming: copy, recipe, corpus: corpus)
        var step = copy.step
        let outcome = try run.train(
          onEvent: { event in
            guard case .step(let report, _, _) = event else { return }
            (step, done) = (report.step, done + 1)
            onStep(done, 2 * steps.count)
          },
          shouldStop: { step >= last && last < steps.upperBound || shouldStop() })
        return outcome == .finished || step == last
      }
    }
    for name in ["straight", "stopped"] {
      let copy = RunDirectory(directory + "/" + name)
      try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: checkpoint.path, toPath: copy.checkpointPath(step: checkpoint.step))
    }
    guard try train("straight", threads: threads.straight, until: steps.upperBound),
      try train("stopped", threads: threads.before, until: stop),
      try train("stopped", threads: threads.after, until: steps.upperBound), !shouldStop()
    else { return nil }
    let checkpoints = ["straight", "stopped"].map {
      RunDirectory(directory + "/" + $0).checkpointPath(step: steps.upperBound)
    }
    return try Self.comparisons(checkpoints[0], checkpoints[1])
  }

  /// Every file of two directories, side by side.
  package static func comparisons(_ a: String, _ b: String) throws -> [Comparison] {
    let names = Set(try POSIX().list(a) + POSIX().list(b)).sorted()
    return try names.map { name in
      let (ofA, ofB) = (try bytes(a + "/" + name), try bytes(b + "/" + name))
      return Comparison(file: name, firstDifference: firstDifference(ofA, ofB), byteCount: ofA.count)
    }
  }

  /// The bytes of a file; none where it is not there.
  private static func bytes(_ path: String) throws -> Data {
    FileManager.default.fileExists(atPath: path)
      ? try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) : Data()
  }

  /// Where `a` and `b` begin to differ; nil if they are equal.
  private static func firstDifference(_ a: Data, _ b: Data) -> Int? {
    guard a != b else { return nil }
    return zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)
  }
}
