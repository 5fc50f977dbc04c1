import Testing
import minigpt

@Suite("The curve of the losses")
struct LossCurveTests {
  private func curve(_ losses: [Double]) -> LossCurve {
    var curve = LossCurve()
    for (index, loss) in losses.enumerated() { curve.note(loss, after: index + 1) }
    return curve
  }

  @Test("is a character for each loss, from the highest to the lowest")
  func blocks() {
    let curve = curve([4.5, 4, 3.5, 3, 2.5, 2, 1.5, 1])
    #expect(curve.line(width: 20, isASCII: false) == "█▇▆▅▄▃▂▁")
    #expect(curve.line(width: 20, isASCII: true) == "#*+=:-._")
  }

  @Test("has no more columns than there are, and ends with the last loss")
  func width() {
    let curve = curve((0..<100).map { Double(100 - $0) })
    #expect(curve.line(width: 8, isASCII: true) == "#*+=:-._")
    #expect(curve.line(width: 1, isASCII: true) == "_")
    #expect(curve.line(width: 0, isASCII: true).isEmpty && curve.line(width: -3, isASCII: true).isEmpty)
  }

  @Test("takes losses that are all the same, none, and some that are not finite")
  func unusual() {
    #expect(curve([2, 2]).line(width: 9, isASCII: true) == "__")
    #expect(curve([]).line(width: 9, isASCII: true).isEmpty)
    #expect(curve([.nan, 2, .infinity, 1]).line(width: 9, isASCII: true) == "#_")
  }

  @Test("forgets what a run undoes")
  func goesBack() {
    var curve = curve([3, 2, 1])
    curve.goBack(to: 2)
    #expect(curve.count == 2 && curve.first == 3 && curve.last == 2)
  }
}
