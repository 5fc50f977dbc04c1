/// A row-major, contiguous n-dimensional array and, if it depends on variables, the graph that computed it.
///
/// A tensor is a value: assigning it copies nothing, and no operation changes its operands. Operations on
/// variables (`requiringGradient()`) are recorded, so that `gradients(of:)` can differentiate the result.
public struct Tensor: Sendable {
  /// Axis lengths, outermost first; `[]` for a scalar.
  public let shape: [Int]
  /// The type of the elements (PyTorch's dtype).
  public let elementType: ElementType
  /// This tensor's node in the graph; nil for a constant.
  let node: Node?

  private var storage: TensorStorage
  private let offset: Int  // elements before the first one

  private init(shape: [Int], elementType: ElementType, storage: TensorStorage, offset: Int, node: Node?) {
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
    self.offset = offset
    self.node = node
  }

  /// An uninitialized tensor, whose elements its creator writes before sharing it.
  package init(uninitialized shape: [Int], _ elementType: ElementType) {
    require(shape.allSatisfy { $0 >= 0 }, "Tensor: shape \(shape) has a negative length")
    let storage = TensorStorage(byteCount: Shape.count(shape) * elementType.byteCount)
    self.init(shape: shape, elementType: elementType, storage: storage, offset: 0, node: nil)
  }

  /// A placeholder with a shape but no storage, to be replaced by another tensor.
  /// Reading or writing its elements traps.
  package init(placeholder shape: [Int], elementType: ElementType) {
    self.init(shape: shape, elementType: elementType, storage: .none, offset: 0, node: nil)
  }

  /// The number of elements: the product of the axis lengths.
  public var count: Int { Shape.count(shape) }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// The first element's address. The caller must keep the tensor alive while using it.
  var address: UnsafeMutableRawPointer {
    require(storage !== TensorStorage.none, "Tensor: a placeholder of shape \(shape) has no elements")
    return storage.bytes + offset * elementType.byteCount
  }
}

// MARK: - The same elements, seen otherwise

extension Tensor {
  /// The same values without history.
  public var detached: Tensor { node == nil ? self : with(node: nil) }

  /// The same values as a variable: a leaf that `gradients(of:)` can differentiate with respect to.
  public func requiringGradient() -> Tensor { with(node: Node()) }

  /// Whether this tensor was computed from a variable, or is one.
  public var hasHistory: Bool { node != nil }

  func with(node: Node?) -> Tensor {
    Tensor(shape: shape, elementType: elementType, storage: storage, offset: offset, node: node)
  }

  /// The same elements under another shape, without history.
  func viewed(as shape: [Int]) -> Tensor {
    Tensor(shape: shape, elementType: elementType, storage: storage, offset: offset, node: nil)
  }

  /// Rows `range` of the outermost axis, sharing these elements, without history.
  package func rows(_ range: Range<Int>) -> Tensor {
    require(rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows: \(range) of shape \(shape)")
    let width = Shape.count(Array(shape.dropFirst()))
    return Tensor(
      shape: [range.count] + shape.dropFirst(), elementType: elementType, storage: storage,
      offset: offset + range.lowerBound * width, node: nil)
  }
}

// MARK: - Changing a tensor in place

extension Tensor {
  /// Gives `body` the elements' address to change them, copied first if another tensor shares them.
  ///
  /// A variable stays a variable; if its elements were shared it is a new one, so that what was computed from the
  /// old values is still differentiated with respect to the copies that hold them.
  /// Traps if the tensor was computed from others, since its graph would no longer be valid.
  package mutating func mutate(_ body: (UnsafeMutableRawPointer) -> Void) {
    require(node?.isLeaf ?? true, "mutate: the tensor was computed from others")
    let byteCount = count * elementType.byteCount
    if !isKnownUniquelyReferenced(&storage) {
      let copy = TensorStorage(byteCount: byteCount)
      copy.bytes.copyMemory(from: address, byteCount: byteCount)
      let node = node == nil ? nil : Node()
      self = Tensor(shape: shape, elementType: elementType, storage: copy, offset: 0, node: node)
    }
    body(address)
  }

  /// Writes the elements of `source` over rows of the outermost axis from `row` on.
  package mutating func replaceRows(from row: Int, with source: Tensor) {
    let width = Shape.count(Array(shape.dropFirst()))
    require(
      source.elementType == elementType && row >= 0 && row * width + source.count <= count,
      "replaceRows: \(source.shape) into \(shape) at row \(row)")
    let size = elementType.byteCount
    mutate { ($0 + row * width * size).copyMemory(from: source.address, byteCount: source.count * size) }
  }

  /// Computes `self = function(self, other)` for equal shapes, in place if these elements are not shared.
  mutating func combine(_ function: BinaryFunction, _ other: Tensor) {
    if isKnownUniquelyReferenced(&storage) {
      Kernels.binary(function, self, other, into: self)
    } else {
      self = Kernels.binary(function, self, other)
    }
  }

  /// Computes `self = scale · self + shift`, in place if these elements are not shared.
  mutating func rescale(_ scale: Double, shift: Double) {
    if isKnownUniquelyReferenced(&storage) {
      Kernels.affine(self, scale: scale, shift: shift, into: self)
    } else {
      self = Kernels.affine(self, scale: scale, shift: shift)
    }
  }
}
