import Foundation

/// Cosines and sines of rotary position embedding: position p turns pair i by the angle `p · θ^(−2i/D)`, or by its
/// negative.
public struct RotaryTable: Sendable {
  /// [positions, D/2]
  let cosines, sines: Tensor

  /// D, the width of a head; even.
  public let headWidth: Int

  /// The number of positions.
  public var positionCount: Int { cosines.shape[0] }

  /// The angles of `positionCount` positions. Traps if `headWidth` is odd.
  /// - Parameter isClockwise: whether they are negative, as in nanochat.
  public init(
    headWidth: Int, positionCount: Int, theta: Double = 10_000, isClockwise: Bool = false,
    elementType: ElementType = .float32
  ) {
    require(headWidth > 0 && headWidth % 2 == 0, "RotaryTable: head width \(headWidth) is not a positive even number")
    self.headWidth = headWidth
    let turns = (0..<headWidth / 2).map { pow(theta, -2 * Double($0) / Double(headWidth)) }
    /// A table of `function`, written where it stays: that of a long context is large.
    func table(_ function: (Double) -> Double) -> Tensor {
      Tensor(shape: [positionCount, turns.count], elementType: elementType) { bytes in
        func fill<Element: BinaryFloatingPoint>(_ elements: UnsafeMutableBufferPointer<Element>) {
          for position in 0..<positionCount {
            for (pair, turn) in turns.enumerated() {
              elements[position * turns.count + pair] = Element(function(Double(position) * turn))
            }
          }
        }
        switch elementType {
        case .float32: fill(bytes.bindMemory(to: Float.self))
        case .float64: fill(bytes.bindMemory(to: Double.self))
        }
      }
    }
    cosines = table { cos($0) }
    sines = table { isClockwise ? -sin($0) : sin($0) }
  }
}

/// How a call rotates: which heads of a row, and where the sequence starts.
struct Rotation: Sendable {
  let table: RotaryTable
  let headCount: Int
  let firstPosition: Int

  /// The rotation of x. Traps if the heads do not fit the width or a position is not in the table.
  init(of x: Tensor, _ table: RotaryTable, headCount: Int, firstPosition: Int) {
    require(
      x.rank >= 2 && headCount * table.headWidth <= x.shape[x.rank - 1],
      "rotaryEmbedding: \(headCount) heads of width \(table.headWidth) in shape \(x.shape)")
    let end = firstPosition + x.shape[x.rank - 2]
    require(
      firstPosition >= 0 && end <= table.positionCount,
      "rotaryEmbedding: positions \(firstPosition) ..< \(end) of \(table.positionCount)")
    require(table.cosines.elementType == x.elementType, "rotaryEmbedding: \(x.elementType) tensor, other table")
    (self.table, self.headCount, self.firstPosition) = (table, headCount, firstPosition)
  }
}

extension Tensor {
  /// Rotary position embedding of the first `headCount` heads of each row; the rest of a row is left as it is.
  ///
  /// x is `[…, T, width]`, a head being D neighbouring elements; element i of a head pairs with i + D/2 (half-split, as
  /// in GPT-NeoX and Starcoder2). Row t of a sequence sits at position `firstPosition + t`. Su et al., arXiv 2104.09864.
  /// Traps if the heads do not fit the width or a position is not in the table.
  public func rotaryEmbedding(_ table: RotaryTable, headCount: Int, firstPosition: Int = 0) -> Tensor {
    let rotation = Rotation(of: self, table, headCount: headCount, firstPosition: firstPosition)
    return Tensor.record(.rotaryEmbedding, [self]) { inputs in
      // A rotation's transposition is the rotation back.
      (
        Kernels.rotary(inputs[0], rotation, inverse: false),
        { dy in [Kernels.rotary(dy, rotation, inverse: true)] }
      )
    }
  }
}
