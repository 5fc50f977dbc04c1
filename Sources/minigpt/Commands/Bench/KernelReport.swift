import Benchmarks
import Files
import Transformer

/// The table of kernels beside what the machine could do at most, or a line of JSON for each of its rows.
struct KernelReport {
  private let terminal: Terminal
  private let json: Bool
  private let repeats: Int

  /// A report of medians of so many repetitions.
  init(on terminal: Terminal, json: Bool, repeats: Int) {
    (self.terminal, self.json, self.repeats) = (terminal, json, repeats)
  }

  /// More than the caches of an ordinary computer hold.
  private static let bytesBeyondCaches = 0x1p28

  /// Measures and shows the peaks of `machines`, which differ in their threads.
  func showPeak(of machines: [Machine]) {
    for machine in machines {
      let (operations, bytes) = peak(of: machine)
      let threads = Formatting.count(machine.threads, "thread")
      terminal.writeLine(
        "\(threads), \(machine.instructionSet), \(machine.precision) precision: "
          + "\(Formatting.decimal(operations, places: 1)) GFLOP/s of multiply-adds, "
          + "\(Formatting.decimal(bytes, places: 1)) GB/s copied",
        to: people)
      guard json else { continue }
      let object: JSON = [
        "bench": "peak", "threads": .integer(machine.threads),
        "instruction_set": .string(machine.instructionSet), "precision": .string(machine.precision.rawValue),
        "gflops": .number(operations), "gigabytes_per_second": .number(bytes),
      ]
      terminal.writeLine(object.compact)
    }
    say("\nEach kernel beside its peak: multiply-adds in registers (GFLOP/s), or a copy that reads and")
    say("writes as many bytes, in a cache where they fit (GB/s). Medians of \(repeats), the peak near each.")
  }

  /// 10⁹ floating-point operations, and 10⁹ bytes copied, in a second.
  private func peak(of machine: Machine) -> (operations: Double, bytes: Double) {
    let operations = (0..<repeats).map { _ in machine.peakOperationsPerSecond(in: machine.precision) }
    let bytes = (0..<repeats).map { _ in machine.peakBytesPerSecond(moving: Self.bytesBeyondCaches) }
    return (median(of: operations) / 1e9, median(of: bytes) / 1e9)
  }

  /// Shows what the rows that follow are about.
  func begin(_ preset: String, _ config: GPTConfig, batchSize: Int) {
    say(
      "\n\(preset), \(config.architecture): B \(batchSize), T \(config.contextLength), C \(config.width), H \(config.headCount), "
        + "V \(Formatting.count(config.vocabularySize))")
    say(Self.row("kernel", "shape", "ms", "speed", "", "peak", "share"))
  }

  /// Measures a kernel and shows its row.
  func measure(_ kernel: KernelCase, preset: String, on machine: Machine) {
    let result = kernel.measure(on: machine, repeats: repeats)
    let milliseconds = result.seconds.map { $0 * 1e3 }
    say(
      Self.row(
        kernel.name, kernel.shape, Formatting.decimal(median(of: milliseconds), places: 3),
        Formatting.decimal(result.rate / 1e9, places: 1), kernel.limit.unit,
        Formatting.decimal(result.peak / 1e9, places: 1), Formatting.percent(result.share)))
    guard json else { return }
    let object: JSON = [
      "bench": "kernels", "preset": .string(preset), "kernel": .string(kernel.name),
      "shape": .string(kernel.shape), "threads": .integer(machine.threads),
      "precision": .string(machine.precision.rawValue), "ms": .spread(of: milliseconds),
      "speed": .number(result.rate / 1e9), "unit": .string(kernel.limit.unit),
      "peak": .number(result.peak / 1e9), "share": .number(result.share),
    ]
    terminal.writeLine(object.compact)
  }

  private var people: Terminal.Stream { json ? .error : .output }

  private func say(_ text: String) { terminal.writeLine(text, to: people) }

  private static func row(_ cells: String...) -> String {
    zip(cells, [-32, -19, 9, 9, -8, 9, 7]).map { Formatting.padded($0, to: $1) }.joined(separator: " ")
  }
}

extension KernelCase.Limit {
  /// 10⁹ of what a second.
  var unit: String {
    switch self {
    case .product, .attention: "GFLOP/s"
    case .copy: "GB/s"
    }
  }
}
