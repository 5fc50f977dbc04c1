import Autograd
import Foundation
import Layers
import Optimizers
import Randomness
import Testing

struct Net: Module {
  var hidden: Linear, output: Linear
  init(key k: RandomKey) { (hidden, output) = (Linear(1, 32, key: k), Linear(32, 1, key: k.derived(by: 1))) }
  func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x), after: .activation(.relu)) }
  mutating func visit<E>(_ v: ParameterVisitor<E>) throws(E) { try v("hidden", &hidden); try v("output", &output) }
}

/// README's program, line for line, after its imports and `Net`.
private func readmeProgram(_ print: (Tensor) -> Void) {
  let x = Tensor(-32..<32).reshaped(to: [64, 1]) / 32
  let y = x * x
  var net = Net(key: RandomKey(seed: 1))
  var optimizer = AdamW(net, learningRate: 1e-2)
  for _ in 0..<500 {
    let (_, gradients) = net.valueAndGradients { meanSquaredError($0(x), y) }
    optimizer.update(&net, with: gradients)
  }
  print(net(x[0..<4]))  // about 1, 0.94, 0.88 and 0.82
}

@Suite("README's program with a model of one's own")
struct NetProgramTests {
  @Test("learns what its comment says")
  func runs() {
    var printed: [Tensor] = []
    readmeProgram { printed.append($0) }
    #expect(printed.map(\.shape) == [[4, 1]])
    for (found, x) in zip(printed[0].scalars, [-32.0, -31, -30, -29]) { #expect(abs(found - x * x / 1024) < 0.05) }
  }

  @Test("stands in README as it is compiled here")
  func isTheSame() throws {
    let tests = URL(filePath: #filePath)
    let readme = try String(
      contentsOf: tests.deletingLastPathComponent().appending(path: "../../README.md"), encoding: .utf8)
    let source = try String(contentsOf: tests, encoding: .utf8)
    let net = try #require(source.firstRange(of: "struct Net: Module {"))
    let netEnd = try #require(source[net.lowerBound...].firstRange(of: "\n}\n"))
    #expect(readme.contains(source[net.lowerBound..<netEnd.upperBound]))
    let body = try #require(source.firstRange(of: "print: (Tensor) -> Void) {\n"))
    let end = try #require(source[body.upperBound...].firstRange(of: "\n}\n"))
    let lines = source[body.upperBound..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    #expect(readme.contains(lines.map { $0.dropFirst(2) }.joined(separator: "\n")))
  }
}
