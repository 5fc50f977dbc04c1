import CKernels
import Testing

/// Several sequences' keys, rotated from a packed projection [queries | keys | values] straight into their caches
/// [keys | values], which they have filled to different lengths.
@Suite struct RotaryCacheTests {
  let batch = 3, length = 4, heads = 2, headWidth = 6, capacity = 40
  let firstPositions = [7, 0, 30], firstRows = [5, 0, 36]
  var row: Int { heads * headWidth }
  /// All values but the last go along.
  var copied: Int { row - 1 }
  var half: Int { headWidth / 2 }

  var projection: [Float] { uniform(batch * length * 3 * row, seed: 6) }
  var cosines: [Float] { uniform(capacity * half, seed: 7) }
  var sines: [Float] { uniform(capacity * half, seed: 8) }
  var background: [Float] { uniform(batch * capacity * 2 * row, seed: 9) }

  func rotate(_ run: KernelRun, _ projection: [Float], _ background: [Float]) -> [TestTensor] {
    let cache = run.tensor(background)
    let keys = run.tensor(projection).pointer + row * run.table.element_size
    firstPositions.withUnsafeBufferPointer { positions in
      firstRows.withUnsafeBufferPointer { rows in
        var shape = ck_rotary(
          batch: batch, sequence_length: length, x_stride: 3 * row, x_batch_stride: length * 3 * row,
          y_stride: 2 * row, y_batch_stride: capacity * 2 * row, heads: heads, head_width: headWidth, copied: copied,
          first_position: 99, first_positions: positions.baseAddress, y_first_rows: rows.baseAddress, inverse: false)
        run.table.rotary(
          run.pool, cache.pointer, keys, run.tensor(cosines).pointer, run.tensor(sines).pointer, &shape)
      }
    }
    return [cache]
  }

  /// The same written down again, and how far a float32 result may be off: two products of numbers up to 1, and
  /// their sum; what is copied or left alone is exact.
  func restated() -> (cache: [Double], tolerance: [Double]) {
    var cache = background.map(Double.init)
    var tolerance = cache.map { _ in 0.0 }
    let (projection, cosines, sines) = (projection, cosines, sines)
    for b in 0..<batch {
      for t in 0..<length {
        let y = (b * capacity + firstRows[b] + t) * 2 * row
        let x = ((b * length + t) * 3 + 1) * row
        for c in 0..<row {
          let (head, i) = (c / headWidth * headWidth, c % half)
          let angle = (firstPositions[b] + t) * half + i
          let (cosine, sine) = (Double(cosines[angle]), Double(sines[angle]))
          let (lower, upper) = (Double(projection[x + head + i]), Double(projection[x + head + i + half]))
          cache[y + c] = c == head + i ? lower * cosine - upper * sine : upper * cosine + lower * sine
          tolerance[y + c] = 2 * gamma(2)
        }
        for c in row..<row + copied { cache[y + c] = Double(projection[x + c]) }
      }
    }
    return (cache, tolerance)
  }

  @Test("keys of several sequences go rotated into their caches, and values along with them")
  func intoCaches() {
    let (projection, background) = (projection, background)
    let (cache, tolerance) = restated()
    verify("rotary into caches", tolerance: [tolerance]) { rotate($0, projection, background) }
    let exact = tolerance.map { $0 == 0 ? 0 : 4 * Double.ulpOfOne }
    expectClose(reference { rotate($0, projection, background) }[0], cache, within: exact, "float64's rotary")
  }
}
