import Autograd
import CKernels

/// The processor as benchmarks use it: its kernels called directly, and what it could do at most.
///
/// `@unchecked Sendable`: one benchmark at a time measures.
package final class Machine: @unchecked Sendable {
  private let processor: Processor
  /// How many threads run.
  package var threads: Int { processor.threads }
  /// How exactly matrix products are computed.
  package var precision: Precision { processor.precision }
  /// The same of attention's own.
  package var attentionPrecision: Precision { kernels.attention_rounds ? precision : .highest }
  /// The name of its table of kernels.
  package var instructionSet: String { processor.instructionSet }
  let kernels: ck_kernels
  var pool: OpaquePointer { processor.poolPointer }
  private var table: UnsafePointer<ck_kernels> { processor.table(for: .float32) }
  private var copied = (source: Floats(0), target: Floats(0))

  /// The float32 kernels of a processor, on its threads and in its precision.
  package init(_ processor: Processor) {
    self.processor = processor
    kernels = processor.table(for: .float32).pointee
  }
}

// MARK: - What it could do at most

extension Machine {
  private static let roundsAtOnce = 10_000

  /// Multiply-adds in registers alone: floating-point operations in a second, on all threads, the mean over
  /// `shortest` seconds.
  package func peakOperationsPerSecond(in precision: Precision, measuredFor shortest: Double = 4e-3) -> Double {
    var operations = 0.0
    let seconds = meanSeconds(atLeast: shortest) {
      operations = ck_peak_multiply_add(pool, table, precision.kernelPrecision, Self.roundsAtOnce)
    }
    return operations / seconds
  }

  /// A copy that reads and writes `bytes` in all: bytes in a second, on all threads, the mean over `shortest`
  /// seconds. What fits in a cache is copied there, as a kernel that moves as much finds it there.
  package func peakBytesPerSecond(moving bytes: Double, measuredFor shortest: Double = 4e-3) -> Double {
    let count = max(1, Int(bytes) / 2 / MemoryLayout<Float>.size)
    if copied.source.count != count { copied = (Floats(count, zero: true), Floats(count, zero: true)) }
    let byteCount = count * MemoryLayout<Float>.size
    func copy() { ck_peak_copy(pool, copied.target.start, copied.source.start, byteCount) }
    copy()
    let seconds = meanSeconds(atLeast: shortest, copy)
    return Double(2 * byteCount) / seconds
  }
}

/// The mean time of as many calls of `body` as fill `shortest` seconds.
func meanSeconds(atLeast shortest: Double, _ body: () -> Void) -> Double {
  let start = ContinuousClock.now
  var calls = 0.0
  var elapsed = 0.0
  repeat {
    body()
    calls += 1
    elapsed = (ContinuousClock.now - start).seconds
  } while elapsed < shortest
  return elapsed / calls
}

// MARK: - Memory for kernels

/// Floats that a kernel reads or writes, 64-byte aligned.
///
/// `@unchecked Sendable`: one benchmark at a time has them.
final class Floats: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  /// `count` floats between −1 and 1, none of them subnormal, or all 0.
  init(_ count: Int, zero: Bool = false) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.size, alignment: 64)
    self.count = count
    start = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    start.initialize(repeating: 0, count: count)
    if !zero { for index in 0..<count { start[index] = (Float(index % 61) - 29.5) / 32 } }
  }

  deinit { UnsafeMutableRawPointer(start).deallocate() }
}
