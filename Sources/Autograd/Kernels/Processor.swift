import CKernels

/// Runs the kernels: a table of kernels for each element type, and the threads.
///
/// Results do not depend on the number of threads.
public struct Processor: Sendable {
  /// The processor that operations of this task use.
  @TaskLocal public static var current = Processor()

  private let pool: Pool
  private let float32: KernelTable
  private let float64 = KernelTable(ck_kernels_float64())

  /// The precision of matrix products: the requested one, or the next higher one if this CPU
  /// has no faster implementation of it.
  public let precision: Precision

  /// The fastest kernels this CPU can run, on `threads` threads: the physical cores unless given.
  public init(threads: Int = Int(ck_physical_cores()), precision: Precision = .highest) {
    require(threads >= 1, "Processor: \(threads) threads")
    self.init(Pool(threads: threads), KernelTable(ck_kernels_float32()), precision)
  }

  private init(_ pool: Pool, _ float32: KernelTable, _ precision: Precision) {
    self.pool = pool
    self.float32 = float32
    self.precision = precision.available(in: float32.pointer.pointee)
  }

  /// The same kernels on the same threads, in another precision.
  public func with(_ precision: Precision) -> Processor { Processor(pool, float32, precision) }

  /// One processor for each float32 kernel table that this CPU can run, slowest first.
  package static func supported(threads: Int) -> [Processor] {
    let capacity = 8
    return withUnsafeTemporaryAllocation(of: UnsafePointer<ck_kernels>.self, capacity: capacity) { tables in
      guard let base = tables.baseAddress else { return [] }
      let count = Int(ck_kernels_supported(base, Int32(capacity)))
      return tables.prefix(count).map { Processor(Pool(threads: threads), KernelTable($0), .highest) }
    }
  }

  /// The names of the float32 kernel tables that this CPU can run, slowest first.
  package static var supportedInstructionSets: [String] { supported(threads: 1).map(\.instructionSet) }

  /// Runs `body` with this as the current processor.
  public func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Processor.$current.withValue(self, operation: body)
  }

  /// Calls `body` once for each piece of some work, on all threads, in no order.
  package func forEach(pieces: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        ck_pool_run(
          poolPointer, pieces,
          { context, piece in context.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(piece) },
          UnsafeMutableRawPointer(mutating: pointer))
      }
    }
  }

  /// The number of threads, the caller's own included.
  public var threads: Int { Int(ck_pool_threads(pool.pointer)) }

  /// The name of the float32 kernel table: the instruction set in use.
  public var instructionSet: String { String(cString: float32.pointer.pointee.name) }

  /// The kernels for an element type.
  package func table(for elementType: ElementType) -> UnsafePointer<ck_kernels> {
    elementType == .float32 ? float32.pointer : float64.pointer
  }

  /// The threads, as kernels take them; alive as long as the processor.
  package var poolPointer: OpaquePointer { pool.pointer }
}

/// A table lives as long as the process and never changes.
private struct KernelTable: @unchecked Sendable {
  let pointer: UnsafePointer<ck_kernels>
  init(_ pointer: UnsafePointer<ck_kernels>) { self.pointer = pointer }
}

/// Owns a C thread pool, which is safe to call from any thread.
private final class Pool: @unchecked Sendable {
  let pointer: OpaquePointer
  init(threads: Int) { pointer = ck_pool_create(Int32(threads)) }
  deinit { ck_pool_destroy(pointer) }
}
