import Autograd
import Foundation
import Testing

/// README's program, line for line, but for its import.
private func readmeProgram(_ print: (Any...) -> Void) {
  // Fit y = w·x + b to points of y = 3x − 1 by gradient descent.
  let x = Tensor([-1, 0, 1, 2])
  let y = Tensor([-4, -1, 2, 5])
  var (w, b) = (Tensor(0), Tensor(0))
  for _ in 0..<200 {
    let (_, gradients) = valueAndGradients(at: [w, b]) { meanSquaredError($0[0] * x + $0[1], y) }
    w -= 0.1 * gradients[0]
    b -= 0.1 * gradients[1]
  }
  print(w.item, b.item)  // 3 and −1, to a few digits

  // Check the gradient of any function against central differences.
  let report = GradientCheck().check([w, b]) { ($0[0] * x + $0[1]).tanh().sum() }
  print(report.passes)  // true
}

@Suite("README's program")
struct ReadmeProgramTests {
  @Test("does what its comments say")
  func runs() throws {
    var printed: [[Any]] = []
    readmeProgram { printed.append($0) }
    let fit = try #require(printed.first as? [Double])
    #expect(abs(fit[0] - 3) < 1e-3)
    #expect(abs(fit[1] + 1) < 1e-3)
    #expect(printed.last as? [Bool] == [true])
  }

  @Test("stands in README as it is compiled here")
  func isTheSame() throws {
    let tests = URL(filePath: #filePath)
    let readme = tests.deletingLastPathComponent().appending(path: "../../README.md")
    let source = try String(contentsOf: tests, encoding: .utf8)
    let body = try #require(source.firstRange(of: "print: (Any...) -> Void) {\n"))
    let end = try #require(source.firstRange(of: "\n}\n"))
    let lines = source[body.upperBound..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    let program = lines.map { $0.dropFirst(2) }.joined(separator: "\n")
    #expect(try String(contentsOf: readme, encoding: .utf8).contains("import Autograd\n\n\(program)\n```"))
  }
}
