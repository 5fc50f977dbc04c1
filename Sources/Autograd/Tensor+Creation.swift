import Randomness

// Creating tensors by shape, and from nested literals.

extension Tensor {
  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], elementType: ElementType = .float32) -> Tensor {
    full(shape, 0, elementType: elementType)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], elementType: ElementType = .float32) -> Tensor {
    full(shape, 1, elementType: elementType)
  }

  /// A tensor filled with `value`.
  public static func full(_ shape: [Int], _ value: Double, elementType: ElementType = .float32) -> Tensor {
    Tensor(repeating: value, shape: shape, elementType: elementType)
  }

  /// Independent draws from the uniform distribution over `range`: element e is draw e of `key`.
  /// Traps if the range is empty or infinite.
  public static func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1, key: RandomKey, elementType: ElementType = .float32
  ) -> Tensor {
    let (lower, width) = (range.lowerBound, range.upperBound - range.lowerBound)
    require(width > 0 && width.isFinite, "uniform: \(range) is no range to draw from")
    // Rounding may reach the upper bound, which is not of the range.
    let largest = elementType == .float32 ? Double(largestFloat(below: range.upperBound)) : range.upperBound.nextDown
    return Tensor(shape, elementType) { part in
      part.map { min(lower + width * key.uniform(at: UInt64($0)), largest) }
    }
  }

  /// Independent draws from the normal distribution: element e is draw e of `key`.
  public static func normal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, key: RandomKey, elementType: ElementType = .float32
  ) -> Tensor {
    Tensor(shape, elementType) { part in key.normals(at: part).map { mean + deviation * $0 } }
  }

  /// A tensor of what `draw` gives for ranges of elements, each of which begins at an even one.
  private init(_ shape: [Int], _ elementType: ElementType, draw: @Sendable (Range<Int>) -> [Double]) {
    self.init(uninitialized: shape, elementType)
    let (count, pieceLength) = (count, 1 << 14)
    nonisolated(unsafe) let address = address  // each piece writes its own elements
    Processor.current.forEach(pieces: (count + pieceLength - 1) / pieceLength) { piece in
      let part = (piece * pieceLength)..<min((piece + 1) * pieceLength, count)
      let values = draw(part)
      switch elementType {
      case .float32:
        (address + 4 * part.lowerBound).initializeMemory(
          as: Float.self, from: values.map(Float.init), count: part.count)
      case .float64: (address + 8 * part.lowerBound).initializeMemory(as: Double.self, from: values, count: part.count)
      }
    }
  }
}

private func largestFloat(below bound: Double) -> Float {
  let rounded = Float(bound)
  return Double(rounded) < bound ? rounded : rounded.nextDown
}

// MARK: - Literals

/// The contents of a tensor: a number, or arrays of numbers, nested one level per axis.
public protocol TensorElements {
  /// The axis lengths, outermost first; `[]` of a number. Traps if the rows of an axis differ in length.
  var tensorShape: [Int] { get }

  /// Adds the numbers to `numbers`, row by row.
  func append(to numbers: inout [Double])
}

extension Double: TensorElements {
  /// A scalar's: `[]`.
  public var tensorShape: [Int] { [] }
  /// Adds this number to `numbers`.
  public func append(to numbers: inout [Double]) { numbers.append(self) }
}

extension Float: TensorElements {
  /// A scalar's: `[]`.
  public var tensorShape: [Int] { [] }
  /// Adds this number to `numbers`.
  public func append(to numbers: inout [Double]) { numbers.append(Double(self)) }
}

extension Int: TensorElements {
  /// A scalar's: `[]`.
  public var tensorShape: [Int] { [] }
  /// Adds this number to `numbers`.
  public func append(to numbers: inout [Double]) { numbers.append(Double(self)) }
}

extension Array: TensorElements where Element: TensorElements {
  /// The number of elements, then their common shape. Traps if they have none.
  public var tensorShape: [Int] {
    let shapes = map(\.tensorShape)
    let odd = shapes.first { $0 != shapes[0] }
    require(odd == nil, "Tensor: rows of shapes \(shapes[0]) and \(odd ?? [])")
    return [count] + (shapes.first ?? [])
  }

  /// Adds the elements' numbers to `numbers`, in their order.
  public func append(to numbers: inout [Double]) {
    for element in self { element.append(to: &numbers) }
  }
}

extension Tensor {
  /// A tensor of a number, or of nested arrays of numbers, rounded to `elementType`: `Tensor(2)` is a scalar,
  /// `Tensor([[1, 2, 3], [4, 5, 6]])` has shape `[2, 3]`. Traps if rows differ in length.
  public init(_ elements: some TensorElements, elementType: ElementType = .float32) {
    var numbers: [Double] = []
    let shape = elements.tensorShape
    elements.append(to: &numbers)
    self.init(numbers, shape: shape, elementType: elementType)
  }

  /// The numbers of `range` in their order, a tensor of one axis.
  public init(_ range: Range<Int>, elementType: ElementType = .float32) {
    self.init(Array(range), shape: [range.count], elementType: elementType)
  }
}
