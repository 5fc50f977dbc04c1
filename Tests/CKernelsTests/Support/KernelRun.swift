import CKernels
import CRandom
import Foundation

/// One table and one pool to run a kernel with, and the tensors made for it.
final class KernelRun {
  let table: ck_kernels
  let pool: OpaquePointer
  private(set) var tensors: [TestTensor] = []

  init(table: ck_kernels, pool: OpaquePointer) {
    self.table = table
    self.pool = pool
  }

  /// A tensor of the table's element type that holds `values`.
  func tensor(_ values: [Float]) -> TestTensor {
    let tensor = TestTensor(values, isDouble: table.element_size == MemoryLayout<Double>.size)
    tensors.append(tensor)
    return tensor
  }

  /// A tensor to be overwritten, which holds NaN until then.
  func result(_ count: Int) -> TestTensor {
    tensor([Float](repeating: .nan, count: count))
  }
}

/// Elements of one of the two types, off any alignment: guard words before them, and after them a page that no
/// one may touch, so that reading or writing past the end ends the process.
final class TestTensor {
  static let guardCount = 19
  static let guardValue: Float = -1.0e30

  let count: Int
  /// The first element.
  let pointer: UnsafeMutableRawPointer
  private let isDouble: Bool
  private let pages: UnsafeMutableRawPointer
  private let byteCount: Int

  private var width: Int { isDouble ? MemoryLayout<Double>.size : MemoryLayout<Float>.size }

  init(_ values: [Float], isDouble: Bool) {
    let width = isDouble ? MemoryLayout<Double>.size : MemoryLayout<Float>.size
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let readable = ((values.count + Self.guardCount) * width + page - 1) / page * page
    guard
      let pages = mmap(nil, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      pages != MAP_FAILED, mprotect(pages + readable, page, PROT_NONE) == 0
    else { preconditionFailure("no memory for a test tensor of \(values.count) elements") }
    self.count = values.count
    self.isDouble = isDouble
    self.pages = pages
    byteCount = readable + page
    pointer = pages + readable - values.count * width
    for index in -Self.guardCount..<values.count {
      let value = index < 0 ? Self.guardValue : values[index]
      if isDouble {
        pointer.storeBytes(of: Double(value), toByteOffset: index * width, as: Double.self)
      } else {
        pointer.storeBytes(of: value, toByteOffset: index * width, as: Float.self)
      }
    }
  }

  deinit {
    munmap(pages, byteCount)
  }

  private func element(_ index: Int) -> Double {
    isDouble
      ? pointer.load(fromByteOffset: index * width, as: Double.self)
      : Double(pointer.load(fromByteOffset: index * width, as: Float.self))
  }

  var values: [Double] {
    (0..<count).map(element)
  }

  var guardsAreIntact: Bool {
    (-Self.guardCount..<0).allSatisfy { element($0) == Double(Self.guardValue) }
  }
}

/// Deterministic values spread evenly over `range`.
func uniform(_ count: Int, seed: UInt32, in range: ClosedRange<Float> = -1...1) -> [Float] {
  (0..<max(count, 0)).map { index in
    let block = cr_philox(
      cr_key(word: (seed, 0)), cr_block(word: (UInt32(index), 0, 0, 0)))
    return range.lowerBound + (range.upperBound - range.lowerBound) * Float(block.word.0) / Float(UInt32.max)
  }
}
