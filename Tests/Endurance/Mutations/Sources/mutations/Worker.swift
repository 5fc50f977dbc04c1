import CheckpointMutations
import Checkpoints
import Files
import Foundation
import Sampling
import Text
import Training
import Transformer

/// Reads mutation after mutation, and says on standard output what it finds.
final class Worker {
  private let options: Options
  private let checkpoint: SmallCheckpoint
  private var progress: Progress
  private var (read, refused) = (0, 0)
  private var (slowest, mostBytes) = (0.0, 0)

  init(_ options: Options) throws {
    self.options = options
    try FileManager.default.createDirectory(atPath: options.directory, withIntermediateDirectories: true)
    progress = try Progress(options.directory + "/progress", creating: true)
    checkpoint = try SmallCheckpoint(in: options.directory + "/run")
  }

  func run() throws {
    // What every reading takes, and what the first one does.
    for _ in 0..<3 {
      if let problem = outcome().problem { say("FOUND in the checkpoint itself: \(problem)") }
    }
    (read, refused) = (0, 0)
    for seed in options.seed..<(options.seed + options.count) {
      progress.note(seed)
      try read(Mutation(of: checkpoint.files, seed: seed), seed)
    }
    say("DONE \(read) \(refused) \(slowest) \(mostBytes)")
  }

  private func read(_ mutation: Mutation, _ seed: UInt64) throws {
    try checkpoint.write(mutation.changes)
    forgetPeak()
    let base = peakBytes()
    let start = processorSeconds()
    let (summary, problem) = outcome()
    let seconds = processorSeconds() - start
    let fileBytes = mutation.changes.values.reduce(0) { $0 + ($1?.count ?? 0) }
    let bytes = peakBytes() - base - fileBytes
    slowest = max(slowest, seconds)
    mostBytes = max(mostBytes, bytes)
    if options.isVerbose { say("\(seed): \(mutation.description.joined(separator: "; ")) -> \(summary)") }
    if let problem { found(seed, problem, mutation) }
    if seconds > 1 { found(seed, "\(seconds) s", mutation) }
    if bytes > 64 << 20 { found(seed, "\(bytes >> 20) MiB more than the files", mutation) }
    try checkpoint.restore(mutation.changes)
  }

  private func found(_ seed: UInt64, _ problem: String, _ mutation: Mutation) {
    say("FOUND \(seed): \(problem) (\(mutation.description.joined(separator: "; ")))")
  }

  /// What resuming and sampling say, and what is wrong with it.
  private func outcome() -> (summary: String, problem: String?) {
    let errors = [error(of: resume), error(of: sample)].compactMap(\.self)
    if errors.isEmpty { read += 1 } else { refused += 1 }
    return (errors.isEmpty ? "read" : errors.map { "\($0)" }.joined(separator: " | "), errors.compactMap(problem).first)
  }

  private func error(of body: () throws -> Void) -> (any Error)? {
    do {
      try body()
      return nil
    } catch {
      return error
    }
  }

  private func resume() throws {
    guard let saved = try SavedRun(RunDirectory(checkpoint.run)) else { return }
    _ = try TrainingRun(resuming: saved, saved.recipe, corpus: SmallCheckpoint.corpus).trainer.step
  }

  private func sample() throws {
    let loaded = try Checkpoint(directory: checkpoint.path)
    _ = try TextGenerator(loaded.model, tokenizer: loaded.tokenizer, opening: loaded.opening)
      .generate(prompt: "", maxNewTokens: 3)
  }

  private func problem(_ error: any Error) -> String? {
    switch error {
    case is FileError, is TextError, is TrainingError, is GPTConfigError, is SamplingError, is MemoryError: break
    default: return "an error of another kind: \(error)"
    }
    let text = "\(error)"
    if text.utf8.count > 4000 { return "a message of \(text.utf8.count) bytes" }
    let isShown = text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
    return isShown ? nil : "a control character in the message"
  }

  private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}

/// What this process has used so far.
private func usage() -> rusage {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #endif
  return usage
}

/// Processor time, which a busy computer does not stretch.
private func processorSeconds() -> Double {
  let usage = usage()
  return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
}

/// Makes what the process has now the most that it has had, so that no mutation is blamed for those before it: the heap
/// creeps up over thousands. Only Linux can.
private func forgetPeak() {
  guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
  try? file.write(contentsOf: Data("5".utf8))
  try? file.close()
}

/// The most memory that the process has had since.
private func peakBytes() -> Int {
  #if canImport(Darwin)
    return Int(usage().ru_maxrss)
  #else
    return Int(usage().ru_maxrss) << 10  // in KiB
  #endif
}
