import CKernels

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

/// Elements of one of the two types, off any alignment, between guard words.
final class TestTensor {
  static let guardCount = 19
  static let guardValue: Float = -1.0e30

  let count: Int
  private let isDouble: Bool
  private let memory: UnsafeMutableRawPointer

  init(_ values: [Float], isDouble: Bool) {
    self.count = values.count
    self.isDouble = isDouble
    let width = isDouble ? MemoryLayout<Double>.size : MemoryLayout<Float>.size
    memory = .allocate(byteCount: (values.count + 2 * Self.guardCount) * width, alignment: 64)
    let guards = [Float](repeating: Self.guardValue, count: Self.guardCount)
    for (index, value) in (guards + values + guards).enumerated() {
      if isDouble {
        memory.storeBytes(of: Double(value), toByteOffset: index * 8, as: Double.self)
      } else {
        memory.storeBytes(of: value, toByteOffset: index * 4, as: Float.self)
      }
    }
  }

  deinit {
    memory.deallocate()
  }

  var pointer: UnsafeMutableRawPointer {
    memory + Self.guardCount * (isDouble ? 8 : 4)
  }

  private func element(_ index: Int) -> Double {
    let index = index + Self.guardCount
    return isDouble
      ? memory.load(fromByteOffset: index * 8, as: Double.self)
      : Double(memory.load(fromByteOffset: index * 4, as: Float.self))
  }

  var values: [Double] {
    (0..<count).map(element)
  }

  var guardsAreIntact: Bool {
    (1...Self.guardCount).allSatisfy {
      element(-$0) == Double(Self.guardValue) && element(count - 1 + $0) == Double(Self.guardValue)
    }
  }
}

/// Deterministic values spread evenly over `range`.
func uniform(_ count: Int, seed: UInt32, in range: ClosedRange<Float> = -1...1) -> [Float] {
  (0..<max(count, 0)).map { index in
    let block = ck_random(
      ck_random_key(word: (seed, 0)), ck_random_block(word: (UInt32(index), 0, 0, 0)))
    return range.lowerBound + (range.upperBound - range.lowerBound) * Float(block.word.0) / Float(UInt32.max)
  }
}
