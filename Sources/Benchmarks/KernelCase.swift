import Transformer

/// A kernel on the shapes that a step of training calls it with.
package struct KernelCase: Sendable {
  /// What a kernel's speed is compared with. Products cannot be faster; a pass that reads more than it writes, or finds
  /// its input in a nearer cache than the copy does, can.
  package enum Limit: Sendable {
    /// Multiply-adds in registers alone, in the precision of matrix products.
    case product
    /// The same in the precision of attention's own products.
    case attention
    /// A copy that reads and writes as many bytes.
    case copy
  }

  /// What the kernel does: "qkv forward".
  package let name: String
  /// The sizes that the name leaves open: "768 × 384 × 128".
  package let shape: String
  /// What limits it.
  package let limit: Limit
  /// Floating-point operations of a call, or the bytes that a call must read and write at least.
  package let amount: Double
  /// Allocates what a call needs, and returns the call.
  let prepare: @Sendable (Machine) -> () -> Void

  init(
    _ name: String, _ sizes: [Int], _ limit: Limit, _ amount: Int,
    prepare: @escaping @Sendable (Machine) -> () -> Void
  ) {
    self.name = name
    shape = sizes.map(String.init).joined(separator: " × ")
    (self.limit, self.amount, self.prepare) = (limit, Double(amount), prepare)
  }

  /// Every kernel of a training step of a model of shape `config` on batches of `batchSize` sequences.
  package static func all(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    products(config, batchSize: batchSize) + attention(config, batchSize: batchSize)
      + rows(config, batchSize: batchSize) + elementwise(config, batchSize: batchSize)
      + tables(config, batchSize: batchSize)
  }
}

// MARK: - Measuring

extension KernelCase {
  /// How fast a case ran, and what it was compared with.
  package struct Measurement {
    /// Of each repetition, in the order of time.
    package let seconds, rates, peaks: [Double]

    /// Repetitions in which a call took so long, so much was done a second, and could have been at most.
    package init(seconds: [Double], rates: [Double], peaks: [Double]) {
      (self.seconds, self.rates, self.peaks) = (seconds, rates, peaks)
    }

    /// Medians: per second, operations or bytes; of this and the peak beside it, the quotient.
    package var rate: Double { median(of: rates) }
    package var peak: Double { median(of: peaks) }
    package var share: Double { median(of: zip(rates, peaks).map { $0 / $1 }) }
  }

  /// How long one side of a comparison runs: long enough for the clock, and for neighbours to disturb both
  /// alike.
  private static let window = 4e-3...50e-3

  /// Runs the case `repeats` times, and before and after each, half as long, what its peak is measured by:
  /// what neighbours on the machine take is taken from both.
  package func measure(on machine: Machine, repeats: Int) -> Measurement {
    let call = prepare(machine)
    call()
    let window = min(max(meanSeconds(atLeast: 0, call), Self.window.lowerBound), Self.window.upperBound)
    var (seconds, peaks): ([Double], [Double]) = ([], [])
    for _ in 0..<repeats {
      let before = peak(of: machine, seconds: window / 2)
      seconds.append(meanSeconds(atLeast: window, call))
      peaks.append((before + peak(of: machine, seconds: window / 2)) / 2)
    }
    return Measurement(seconds: seconds, rates: seconds.map { amount / $0 }, peaks: peaks)
  }

  private func peak(of machine: Machine, seconds: Double) -> Double {
    switch limit {
    case .product: machine.peakOperationsPerSecond(in: machine.precision, measuredFor: seconds)
    case .attention: machine.peakOperationsPerSecond(in: machine.attentionPrecision, measuredFor: seconds)
    case .copy: machine.peakBytesPerSecond(moving: amount, measuredFor: seconds)
    }
  }
}
