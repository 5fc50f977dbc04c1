/// How the gradient check of `linear` makes a prologue, and where it takes its gradient.
struct PrologueSample: Sendable {
  /// The prologue of these operands.
  let prologue: @Sendable (_ operands: [Tensor]) -> Prologue
  /// How many operands it has, [C] each for rows of C numbers.
  let operandCount: Int
  /// How large an input may be before the differences drown in rounding.
  let largest: Double
  private let name: String?
  private let hasKink: Bool

  /// - Parameters:
  ///   - name: what stands before the names of its samples.
  ///   - hasKink: whether it has no derivative at 0, so that inputs stay away from there.
  init(
    _ name: String?, operandCount: Int = 0, largest: Double, hasKink: Bool = false,
    prologue: @escaping @Sendable (_ operands: [Tensor]) -> Prologue
  ) {
    (self.name, self.operandCount, self.largest, self.hasKink) = (name, operandCount, largest, hasKink)
    self.prologue = prologue
  }

  /// Inputs of the scale.
  func draw(_ shape: [Int], _ scale: Double) -> Tensor {
    hasKink ? awayFromZero(shape, scale: scale) : normal(shape, scale: scale)
  }

  /// The name of a sample.
  func label(_ sample: String) -> String { name.map { "\($0): \(sample)" } ?? sample }
}
