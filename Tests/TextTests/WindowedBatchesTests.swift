import Testing
import Text

@Suite struct WindowedBatchesTests {
  @Test("every token but the first is scored exactly once", arguments: 1...9)
  func eachTokenOnce(length: Int) throws {
    for count in 2...40 {
      for stride in 1...length {
        for batchSize in 1...4 {
          let tokens = countingTokens(count + 10)[10...]
          let batches = try WindowedBatches(tokens, batchSize: batchSize, length: length, stride: stride)
          #expect(batches.scoredCount == count - 1)
          let scored = batches.flatMap { scoredTokens($0, leastContext: length - stride, first: 10) }
          let all = Array(11..<Int32(count + 10))
          #expect(scored == all, "\(count) tokens, stride \(stride), batch size \(batchSize)")
        }
      }
    }
  }

  /// The tokens that a batch of counting tokens scores; none where its shape, inputs or context is wrong.
  private func scoredTokens(_ batch: TokenBatch, leastContext: Int, first: Int32) -> [Int32] {
    let size = batch.batchSize * batch.length
    guard batch.inputs.count == size && batch.targets.count == size else { return [] }
    return stride(from: 0, to: size, by: batch.length).flatMap { start -> [Int32] in
      let inputs = batch.inputs[start..<start + batch.length]
      let targets = batch.targets[start..<start + batch.length]
      let scored = targets.drop { $0 == TokenBatch.notScored }
      let context = targets.count - scored.count
      let follows = scored.elementsEqual(inputs.dropFirst(context).map { $0 + 1 })
      let isRun = inputs.elementsEqual(inputs[start]..<inputs[start] + Int32(batch.length))
      return isRun && follows && (context >= leastContext || inputs[start] == first) ? Array(scored) : []
    }
  }

  @Test("windows without overlap, the last one shorter and a batch alone")
  func withoutOverlap() throws {
    let batches = try WindowedBatches(countingTokens(12)[...], batchSize: 2, length: 3)
    #expect(batches.map(\.inputs) == [[0, 1, 2, 3, 4, 5], [6, 7, 8], [9, 10]])
    #expect(batches.map(\.starts) == [[0, 3], [6], [9]])
    #expect(batches.map(\.targets) == [[1, 2, 3, 4, 5, 6], [7, 8, 9], [10, 11]])
    #expect(batches.map(\.batchSize) == [2, 1, 1])
    #expect(batches.map(\.length) == [3, 3, 2])
  }

  @Test("windows that overlap score what is new")
  func withOverlap() throws {
    let batches = try WindowedBatches(countingTokens(8)[...], batchSize: 8, length: 4, stride: 2)
    #expect(batches.map(\.inputs) == [[0, 1, 2, 3, 2, 3, 4, 5], [4, 5, 6]])
    #expect(batches.map(\.targets) == [[1, 2, 3, 4, -1, -1, 5, 6], [-1, -1, 7]])
  }

  @Test("sizes far beyond the text are one window", arguments: [8, 1000, Int.max])
  func hugeSizes(size: Int) throws {
    let batches = try WindowedBatches(countingTokens(8)[...], batchSize: size, length: size)
    #expect(batches.map(\.inputs) == [[0, 1, 2, 3, 4, 5, 6]])
  }

  @Test("a text of fewer than two tokens has nothing to score", arguments: [0, 1])
  func nothingToScore(count: Int) {
    #expect(throws: TextError.nothingToScore(tokens: count)) {
      try WindowedBatches(countingTokens(count)[...], batchSize: 1, length: 4)
    }
  }

  @Test("strides outside 1 … T are refused", arguments: [-1, 0, 5, .max, .min])
  func strideOutOfRange(stride: Int) {
    #expect(throws: TextError.strideOutOfRange(stride, blockSize: 4)) {
      try WindowedBatches(countingTokens(9)[...], batchSize: 1, length: 4, stride: stride)
    }
  }
}
