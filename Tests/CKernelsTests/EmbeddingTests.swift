import CKernels
import Testing

@Suite struct EmbeddingTests {
  static let widths = sizes([1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 384], inDebug: 12)

  @Test("rows are looked up, and their gradients added up", arguments: widths)
  func embedding(width: Int) {
    let rows = 11
    let ids: [Int32] = (0..<200).map { Int32($0 * 7 % 11 * ($0 % 3) % 11) }
    let table = uniform(rows * width, seed: 1)
    let dy = uniform(ids.count * width, seed: 2)
    var sums = table.map { Double(abs($0)) }
    for (i, id) in ids.enumerated() {
      for c in 0..<width { sums[Int(id) * width + c] += Double(abs(dy[i * width + c])) }
    }
    let exact = [Double](repeating: 0, count: ids.count * width)
    verify("width \(width)", tolerance: [exact, sums.map { gamma(ids.count) * $0 }]) { run in
      let y = run.result(ids.count * width)
      let dtable = run.tensor(table)
      run.table.embedding(run.pool, y.pointer, run.tensor(table).pointer, ids, ids.count, width)
      run.table.embedding_backward(run.pool, dtable.pointer, run.tensor(dy).pointer, ids, ids.count, width)
      return [y, dtable]
    }
  }

  struct RotaryCase: Sendable {
    var heads: Int
    var headWidth: Int
    var rest: Int
    var inverse = false
  }

  static let rotaryCases = [
    RotaryCase(heads: 1, headWidth: 2, rest: 0), RotaryCase(heads: 3, headWidth: 6, rest: 5),
    RotaryCase(heads: 2, headWidth: 32, rest: 32, inverse: true),
    RotaryCase(heads: 2, headWidth: 34, rest: 1), RotaryCase(heads: 2, headWidth: 8, rest: 0),
    RotaryCase(heads: 2, headWidth: 10, rest: 3), RotaryCase(heads: 3, headWidth: 14, rest: 0, inverse: true),
    RotaryCase(heads: 2, headWidth: 16, rest: 2), RotaryCase(heads: 1, headWidth: 18, rest: 0),
    RotaryCase(heads: 1, headWidth: 30, rest: 1),
    RotaryCase(heads: 1, headWidth: 128, rest: 0, inverse: true), RotaryCase(heads: 0, headWidth: 4, rest: 7),
  ]

  @Test("pairs are rotated, there and back, also in place", arguments: rotaryCases)
  func rotary(_ test: RotaryCase) {
    let rows = 150
    let length = 50
    let first = 3
    let half = test.headWidth / 2
    let width = test.heads * test.headWidth + test.rest
    let x = uniform(rows * width, seed: 3)
    let cosines = uniform((first + length) * half, seed: 4)
    let sines = uniform((first + length) * half, seed: 5)
    var shape = ck_rotary(
      batch: rows / length, sequence_length: length, x_stride: width, x_batch_stride: length * width, y_stride: width,
      y_batch_stride: length * width, heads: test.heads, head_width: test.headWidth, copied: test.rest,
      first_position: first, first_positions: nil, y_first_rows: nil, inverse: test.inverse)
    // Two products of numbers up to 1, and their sum.
    let bound = [Double](repeating: gamma(2) * 2, count: rows * width)
    verify("rotary", tolerance: [bound, bound]) { run in
      let y = run.result(rows * width)
      let inPlace = run.tensor(x)
      let cosines = run.tensor(cosines).pointer
      let sines = run.tensor(sines).pointer
      run.table.rotary(run.pool, y.pointer, run.tensor(x).pointer, cosines, sines, &shape)
      run.table.rotary(run.pool, inPlace.pointer, inPlace.pointer, cosines, sines, &shape)
      return [y, inPlace]
    }
  }

  @Test("float64's rotation, by hand: a quarter turn of the second position")
  func rotaryByHand() {
    var shape = ck_rotary(
      batch: 1, sequence_length: 1, x_stride: 5, x_batch_stride: 5, y_stride: 5, y_batch_stride: 5, heads: 1,
      head_width: 4, copied: 1, first_position: 1, first_positions: nil, y_first_rows: nil, inverse: false)
    let x: [Float] = [1, 2, 3, 4, 5]
    func rotated(inverse: Bool) -> [Double] {
      shape.inverse = inverse
      return reference { run in
        let y = run.result(5)
        run.table.rotary(
          run.pool, y.pointer, run.tensor(x).pointer, run.tensor([9, 9, 0, 1]).pointer,
          run.tensor([9, 9, 1, 0]).pointer, &shape)
        return [y]
      }[0]
    }
    #expect(rotated(inverse: false) == [-3, 2, 1, 4, 5])
    #expect(rotated(inverse: true) == [3, 2, -1, 4, 5])
  }
}
