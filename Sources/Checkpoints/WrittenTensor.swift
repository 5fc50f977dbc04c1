import Autograd
import Text

/// A tensor or a list of ids on its way into a safetensors file.
package struct WrittenTensor: Sendable {
  /// What it is called in the file.
  package let name: String
  let elementType: StoredElementType
  let shape: [Int]
  /// Calls its argument with the elements' bytes.
  let withBytes: @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// A tensor, in its own element type.
  package init(_ name: String, _ tensor: Tensor) {
    (self.name, shape) = (name, tensor.shape)
    elementType = StoredElementType(tensor.elementType)
    withBytes = { try tensor.withUnsafeBytes($0) }
  }

  /// Elements of `elementType` whose bytes `withBytes` hands over.
  init(
    _ name: String, _ elementType: StoredElementType, shape: [Int],
    withBytes: @escaping @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    (self.name, self.elementType, self.shape, self.withBytes) = (name, elementType, shape, withBytes)
  }

  /// Ids of a vocabulary of the given size, in the fewest bytes that hold each of them.
  package init(_ name: String, _ ids: TokenIDs, vocabularySize: Int) {
    (self.name, shape) = (name, [ids.count])
    elementType = StoredElementType(ofIDsBelow: vocabularySize)
    withBytes = { try ids.withUnsafeBytes($0) }
  }

  /// Whole numbers.
  package init(_ name: String, _ numbers: [Int32]) {
    (self.name, shape, elementType) = (name, [numbers.count], .int32)
    withBytes = { body in try numbers.withUnsafeBytes { try body($0) } }
  }
}

extension StoredElementType {
  /// The type in which ids of a vocabulary of `size` are stored: as `TokenIDs` keeps them.
  init(ofIDsBelow size: Int) { self = size <= 1 << 8 ? .uint8 : size <= 1 << 16 ? .uint16 : .int32 }
}
