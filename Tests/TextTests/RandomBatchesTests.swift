import Randomness
import Testing
import Text

@Suite struct RandomBatchesTests {
  let key = RandomKey(seed: 1337)

  @Test("targets are the inputs one token later, within the split")
  func targetsFollowInputs() {
    let batches = RandomBatches(countingTokens(100)[40..<90], batchSize: 3, length: 8, key: key)
    for step in 0..<100 {
      let batch = batches.batch(at: step)
      #expect((batch.batchSize, batch.length) == (3, 8))
      #expect(batch.targets == batch.inputs.map { $0 + 1 })
      for row in 0..<3 {
        let inputs = batch.inputs[row * 8..<(row + 1) * 8]
        #expect(inputs.elementsEqual(inputs[row * 8]..<inputs[row * 8] + 8))
        #expect(40 <= inputs[row * 8] && inputs[row * 8] + 8 < 90)
        #expect(batch.starts[row] == Int(inputs[row * 8]))
        #expect(batch.rows(row..<3).starts == Array(batch.starts[row...]))
      }
    }
  }

  @Test("a batch is a function of key and step, and rows do not depend on their number")
  func batchesAreAFunction() {
    let tokens = countingTokens(10_000)[...]
    let batches = RandomBatches(tokens, batchSize: 4, length: 2, key: key)
    let backwards = (0..<50).reversed().map { batches.batch(at: $0) }
    #expect(backwards.reversed() == (0..<50).map { batches.batch(at: $0) })
    #expect(Set(backwards).count == 50)
    let otherKey = RandomBatches(tokens, batchSize: 4, length: 2, key: key.derived(by: 1))
    #expect(otherKey.batch(at: 7) != batches.batch(at: 7))
    let wider = RandomBatches(tokens, batchSize: 6, length: 2, key: key)
    #expect(wider.batch(at: 7).inputs.starts(with: batches.batch(at: 7).inputs))
  }

  /// χ² with 19 degrees of freedom is above 19 + 2√(19·14) + 28 once in a million times (Laurent & Massart,
  /// 2000).
  @Test("blocks start at each of the n − T places equally often")
  func startsAreUniform() {
    let batches = RandomBatches(countingTokens(25)[...], batchSize: 4, length: 5, key: key)
    var counts = [Int](repeating: 0, count: 20)
    for step in 0..<1000 {
      let inputs = batches.batch(at: step).inputs
      for row in 0..<4 { counts[Int(inputs[row * 5])] += 1 }
    }
    let chiSquare = counts.reduce(0) { $0 + Double(($1 - 200) * ($1 - 200)) / 200 }
    #expect(chiSquare < 79.7)
  }

  @Test("some rows of a batch are a batch")
  func rows() {
    let batch = RandomBatches(countingTokens(100)[...], batchSize: 4, length: 3, key: key).batch(at: 0)
    let rows = batch.rows(1..<3)
    #expect((rows.batchSize, rows.length) == (2, 3))
    #expect(rows.inputs == Array(batch.inputs[3..<9]))
    #expect(rows.targets == Array(batch.targets[3..<9]))
    #expect(batch.rows(0..<4) == batch)
    #expect(batch.rows(2..<2).inputs.isEmpty)
  }

  @Test("all rows of a batch are the batch, where it lies")
  func allRows() {
    let batch = RandomBatches(countingTokens(100)[...], batchSize: 4, length: 3, key: key).batch(at: 0)
    let rows = batch.rows(0..<4)
    func address(_ ids: [Int32]) -> UnsafePointer<Int32>? { ids.withUnsafeBufferPointer { $0.baseAddress } }
    #expect(address(rows.inputs) == address(batch.inputs))
    #expect(address(rows.targets) == address(batch.targets))
  }

  @Test("a split of one block has one batch")
  func oneBlock() {
    let batch = RandomBatches(countingTokens(5)[...], batchSize: 2, length: 4, key: key).batch(at: 3)
    #expect(batch.inputs == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(batch.targets == [1, 2, 3, 4, 1, 2, 3, 4])
  }
}
