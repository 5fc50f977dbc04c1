extension GradientCheck {
  /// One derivative, computed both ways.
  public struct Derivative: Sendable {
    /// Which input.
    public let input: Int
    /// Where in the input, an index for each axis; nil for a direction that moves all of its elements.
    public let index: [Int]?
    /// Where in the result; nil for the random upstream gradient, which weighs all of its elements.
    public let output: [Int]?
    /// From the pullback, and from the central difference.
    public let analytic, numeric: Double
    /// `|analytic − numeric|` in units of the tolerance: up to 1 passes. Infinite where either is NaN.
    public let error: Double

    init(
      input: Int, index: [Int]?, output: [Int]?, analytic: Double, numeric: Double, allowed: (Double) -> Double
    ) {
      (self.input, self.index, self.output) = (input, index, output)
      (self.analytic, self.numeric) = (analytic, numeric)
      let error = abs(analytic - numeric) / allowed(numeric)
      self.error = error.isNaN ? .infinity : error
    }
  }

  /// The result of a check.
  public struct Report: Sendable {
    /// How many derivatives were compared.
    public private(set) var comparedCount = 0
    /// The one that agrees least; nil if there was nothing to compare.
    public private(set) var worst: Derivative?
    /// The largest numeric derivative, in magnitude: where all are near 0, agreement says little.
    public private(set) var largest = 0.0

    /// A report of nothing yet.
    public init() {}

    /// Whether all of them agree.
    public var passes: Bool { (worst?.error ?? 0) <= 1 }

    mutating func add(_ derivative: Derivative) {
      comparedCount += 1
      largest = max(largest, abs(derivative.numeric))
      if derivative.error > worst?.error ?? -1 { worst = derivative }
    }

    /// The two reports as one.
    public func merged(with other: Report) -> Report {
      var sum = self
      sum.comparedCount += other.comparedCount
      sum.largest = max(largest, other.largest)
      if let theirs = other.worst, theirs.error > worst?.error ?? -1 { sum.worst = theirs }
      return sum
    }
  }
}

extension GradientCheck.Derivative: CustomStringConvertible {
  /// `input 0 at [1, 2]: analytic 0.25, numeric 0.5`.
  public var description: String {
    let place = index.map { "at \($0)" } ?? "along a random direction"
    let result = output.map { $0.isEmpty ? "" : " of the result's \($0)" } ?? ""
    return "input \(input) \(place)\(result): analytic \(analytic), numeric \(numeric)"
  }
}
