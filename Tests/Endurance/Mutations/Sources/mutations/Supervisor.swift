import Foundation
import Synchronization

/// Lets workers read, a batch at a time, so that one's end is seen and the next goes on after what ended it.
final class Supervisor: Sendable {
  private struct State {
    var next: UInt64
    var read = 0
    var refused = 0
    var problems = 0
    var slowest = 0.0
    var mostBytes = 0
  }

  private let options: Options
  private let end: UInt64
  private let state: Mutex<State>
  private static let batch: UInt64 = 10_000
  private static let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
  /// A worker that is at one mutation for so long has hung.
  private static let patience = 20.0

  init(_ options: Options) {
    self.options = options
    end = options.seed + options.count
    state = Mutex(State(next: options.seed))
  }

  /// Whether all held.
  func run() throws -> Bool {
    let start = ContinuousClock.now
    let threads = (0..<options.jobs).map { job in
      let thread = Thread { [self] in work(job) }
      thread.start()
      return thread
    }
    while threads.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.2) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return state.withLock { state in
      print(
        "\(options.count) mutations from seed \(options.seed): \(state.read) read, \(state.refused) refused, "
          + "\(state.problems) problems; the slowest took \(String(format: "%.3f", state.slowest)) s, the largest "
          + "\(String(format: "%.1f", Double(state.mostBytes) / 0x1p20)) MiB more than its files; "
          + "\(String(format: "%.0f", seconds)) s in all")
      return state.problems == 0 && state.read + state.refused == Int(options.count)
    }
  }

  private func work(_ job: Int) {
    while let (first, count) = take() {
      var next = first
      while next < first + count { next = read(next, until: first + count, job) }
    }
  }

  private func take() -> (first: UInt64, count: UInt64)? {
    state.withLock { state in
      guard state.next < end else { return nil }
      let count = min(Self.batch, end - state.next)
      state.next += count
      return (state.next - count, count)
    }
  }

  /// Runs a worker from `seed` on; returns where to go on.
  private func read(_ seed: UInt64, until end: UInt64, _ job: Int) -> UInt64 {
    let directory = "\(options.directory)/mutations-\(ProcessInfo.processInfo.processIdentifier)-\(job)"
    try? FileManager.default.removeItem(atPath: directory)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let worker = Process()
    let output = Pipe()
    worker.executableURL = URL(fileURLWithPath: Self.program)
    worker.arguments = ["--worker", "--directory", directory, "--seed", "\(seed)", "--count", "\(end - seed)"]
    if options.isVerbose { worker.arguments?.append("--verbose") }
    worker.standardOutput = output
    // The trap's own message is enough.
    worker.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    do { try worker.run() } catch { return problem("no worker: \(error)", at: end - 1) }
    let watch = Thread { Self.watch(worker, directory) }
    watch.start()
    let isDone = note(output.fileHandleForReading.readDataToEndOfFile())
    worker.waitUntilExit()
    if isDone { return end }
    let last = (try? Progress(directory + "/progress", creating: false))?.seed ?? seed
    state.withLock { $0.refused += Int(last - seed) + 1 }  // their kinds went with the worker
    return problem(
      "ended with \(worker.terminationReason == .exit ? "code" : "signal") \(worker.terminationStatus)", at: last)
  }

  private func problem(_ text: String, at seed: UInt64) -> UInt64 {
    state.withLock { $0.problems += 1 }
    print("FOUND \(seed): \(text)")
    return seed + 1
  }

  /// Ends a worker that stays at one mutation.
  private static func watch(_ worker: Process, _ directory: String) {
    var (last, since) = (UInt64?.none, ContinuousClock.now)
    while worker.isRunning {
      Thread.sleep(forTimeInterval: 0.5)
      let seed = (try? Progress(directory + "/progress", creating: false))?.seed
      if seed != last { (last, since) = (seed, .now) }
      if (ContinuousClock.now - since) / .seconds(1) > patience { worker.terminate() }
    }
  }

  /// Takes down what a worker says; whether it came to its end.
  private func note(_ output: Data) -> Bool {
    var isDone = false
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "DONE", words.count == 5 {
        isDone = true
        state.withLock { state in
          state.read += Int(words[1]) ?? 0
          state.refused += Int(words[2]) ?? 0
          state.slowest = max(state.slowest, Double(words[3]) ?? 0)
          state.mostBytes = max(state.mostBytes, Int(words[4]) ?? 0)
        }
      } else {
        if words.first == "FOUND" { state.withLock { $0.problems += 1 } }
        print(line)
      }
    }
    return isDone
  }
}
