/// The course of a loss as one line of characters, higher where the loss is higher.
package struct LossCurve {
  private var losses: [(step: Int, loss: Double)] = []

  /// A curve without points.
  package init() {}

  /// How many points it has.
  package var count: Int { losses.count }
  /// The first and the last loss.
  package var first: Double? { losses.first?.loss }
  package var last: Double? { losses.last?.loss }

  /// Adds the loss after `step` steps; one that is not finite has no place in it.
  package mutating func note(_ loss: Double, after step: Int) {
    if loss.isFinite { losses.append((step, loss)) }
  }

  /// Takes back what was noted after `step`, to which a run goes back.
  package mutating func goBack(to step: Int) { losses.removeAll { $0.step > step } }

  /// The curve in at most `width` columns, in block characters or, where these cannot be shown, in ASCII. Of more losses
  /// than columns, each column shows the last of its share.
  package func line(width: Int, isASCII: Bool) -> String {
    let levels = Array(isASCII ? "_.-:=+*#" : "▁▂▃▄▅▆▇█")
    let columns = min(max(0, width), losses.count)
    let shown = (0..<columns).map { losses[($0 + 1) * losses.count / columns - 1].loss }
    guard let lowest = shown.min(), let highest = shown.max() else { return "" }
    let span = highest - lowest
    return String(
      shown.map { loss in
        let height = span > 0 ? (loss - lowest) / span : 0
        return levels[Int((height * Double(levels.count - 1)).rounded())]
      })
  }
}
