// Creating tensors from numbers, and reading the numbers back.

extension Tensor {
  /// A tensor of `values` rounded to `elementType`, row by row. Traps unless their number fits `shape`.
  public init(_ values: [Double], shape: [Int], elementType: ElementType = .float32) {
    switch elementType {
    case .float32: self.init(copying: values.map(Float.init), shape: shape, .float32)
    case .float64: self.init(copying: values, shape: shape, .float64)
    }
  }

  /// A tensor of `values`, row by row. Traps unless their number fits `shape`.
  public init(_ values: [Float], shape: [Int], elementType: ElementType = .float32) {
    switch elementType {
    case .float32: self.init(copying: values, shape: shape, .float32)
    case .float64: self.init(copying: values.map(Double.init), shape: shape, .float64)
    }
  }

  /// A tensor of `values` rounded to `elementType`, row by row. Traps unless their number fits `shape`.
  public init(_ values: [Int], shape: [Int], elementType: ElementType = .float32) {
    self.init(values.map(Double.init), shape: shape, elementType: elementType)
  }

  /// A tensor filled with `value`.
  public init(repeating value: Double, shape: [Int], elementType: ElementType = .float32) {
    self.init(uninitialized: shape, elementType)
    switch elementType {
    case .float32: address.initializeMemory(as: Float.self, repeating: Float(value), count: count)
    case .float64: address.initializeMemory(as: Double.self, repeating: value, count: count)
    }
  }

  /// A tensor of `count` elements whose bytes `fill` writes, in this machine's byte order.
  package init(shape: [Int], elementType: ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    self.init(uninitialized: shape, elementType)
    try fill(UnsafeMutableRawBufferPointer(start: address, count: count * elementType.byteCount))
  }

  private init<Element: BitwiseCopyable>(copying values: [Element], shape: [Int], _ elementType: ElementType) {
    require(values.count == Shape.count(shape), "Tensor: \(values.count) values do not fill shape \(shape)")
    self.init(uninitialized: shape, elementType)
    address.initializeMemory(as: Element.self, from: values, count: values.count)
  }

  /// Calls `body` with the elements' bytes, row by row, in this machine's byte order.
  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) {
      try body(UnsafeRawBufferPointer(start: address, count: count * elementType.byteCount))
    }
  }

  /// The elements as doubles, row by row.
  public var scalars: [Double] {
    switch elementType {
    case .float32: floats.map(Double.init)
    case .float64: withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
  }

  /// The elements rounded to floats, row by row.
  public var floats: [Float] {
    switch elementType {
    case .float32: withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    case .float64: scalars.map(Float.init)
    }
  }

  /// The only element. Traps if there is not exactly one.
  public var item: Double {
    require(count == 1, "item: shape \(shape) does not hold exactly one element")
    return scalars[0]
  }
}
