/// A direction in one input, along which a derivative is taken.
struct GradientProbe {
  /// One element, or a step of ±1 in each.
  enum Direction {
    case element(Int)
    case signs([Double])
  }

  let input: Int
  let direction: Direction

  /// `x + distance · d`.
  func moved(_ x: [Double], by distance: Double) -> [Double] {
    switch direction {
    case .element(let index):
      var moved = x
      moved[index] += distance
      return moved
    case .signs(let signs):
      return zip(x, signs).map { $0 + distance * $1 }
    }
  }

  /// `⟨gradient, d⟩`.
  func along(_ gradient: [Double]) -> Double {
    switch direction {
    case .element(let index): gradient[index]
    case .signs(let signs): dot(gradient, signs)
    }
  }

  /// Where in a tensor of `shape` the element is; nil for a direction of all elements.
  func index(in shape: [Int]) -> [Int]? {
    guard case .element(let index) = direction else { return nil }
    return Shape.index(ofElement: index, in: shape)
  }
}

/// A gradient of the result that a pullback starts from.
struct Upstream {
  let tensor: Tensor
  /// Which of the result's elements it picks; nil if it weighs them all.
  let output: [Int]?
  private let pick: Int?
  private let weights: [Double]

  /// The upstream that picks one element.
  init(oneHot index: Int, shape: [Int]) {
    var values = [Double](repeating: 0, count: Shape.count(shape))
    values[index] = 1
    tensor = Tensor(values, shape: shape, elementType: .float64)
    (output, pick, weights) = (Shape.index(ofElement: index, in: shape), index, [])
  }

  /// The upstream that weighs every element.
  init(tensor: Tensor, weights: [Double]) {
    self.tensor = tensor
    (output, pick, self.weights) = (nil, nil, weights)
  }

  /// `⟨upstream, slope⟩`.
  func weighted(_ slope: [Double]) -> Double {
    pick.map { slope[$0] } ?? dot(slope, weights)
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

extension Shape {
  /// The indices along each axis of a row-major tensor's element: element 5 of [2, 3] is [1, 2].
  fileprivate static func index(ofElement element: Int, in shape: [Int]) -> [Int] {
    zip(strides(shape), shape).map { element / $0 % $1 }
  }
}
