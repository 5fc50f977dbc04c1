import CKernels
import EmulatedMatrixUnit

/// Every float32 table that this CPU can run.
func supportedTables() -> [ck_kernels] {
  withUnsafeTemporaryAllocation(of: UnsafePointer<ck_kernels>.self, capacity: 8) { tables in
    let count = Int(ck_kernels_supported(tables.baseAddress!, 8))
    return tables.prefix(count).map(\.pointee)
  }
}

/// Every float32 table with a way of its own for a precision, the one over an emulated matrix unit among them.
func tables(for precision: ck_precision) -> [ck_kernels] {
  let all = supportedTables() + [ck_kernels_emulated()?.pointee].compactMap(\.self)
  return all.filter { $0.has(precision) }
}

var referenceTable: ck_kernels { ck_kernels_float64().pointee }

extension ck_kernels {
  var title: String { String(cString: name) }

  func has(_ precision: ck_precision) -> Bool { precisions & 1 << precision.rawValue != 0 }
}

/// Runs `body` with a pool of `threads` threads.
func withPool<Result>(threads: Int32, _ body: (OpaquePointer) throws -> Result) rethrows -> Result {
  let pool = ck_pool_create(threads)
  defer { ck_pool_destroy(pool) }
  return try body(pool)
}

/// Many sizes in a release build; the first of them in a debug build, where C is not optimised.
func sizes<Element>(_ all: [Element], inDebug count: Int) -> [Element] {
  #if DEBUG
    return Array(all.prefix(count))
  #else
    return all
  #endif
}
