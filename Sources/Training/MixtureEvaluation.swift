import Autograd
import Layers
import NGrams
import Text
import Transformer

extension GPT {
  /// The mean losses over all of `tokens`, each but the first scored once: those of the network alone, and those of
  /// `mixture`, which has the network's windows but, for the n-grams, all of the text before.
  ///
  /// - Throws: `TextError` if there is nothing to score or the stride is out of range.
  public func evaluate(
    _ tokens: Slice<TokenIDs>, mixing mixture: NGramMixture, leavingOut unscored: Int32? = nil, stride: Int? = nil,
    batchSize: Int = 16
  ) throws(TextError) -> (network: EvaluationResult, mixture: EvaluationResult) {
    let windows = try windows(of: tokens, leavingOut: unscored, stride: stride, batchSize: batchSize)
    let nothing = EvaluationResult(loss: .nan, tokenCount: 0)
    return evaluate(windows, of: tokens, mixing: mixture, shouldStop: { false }) ?? (nothing, nothing)
  }

  /// The same over all of `batches`, which are cut from `tokens`; nil if `shouldStop` ended it on the way.
  func evaluate(
    _ batches: some Sequence<TokenBatch>, of tokens: Slice<TokenIDs>, mixing mixture: NGramMixture,
    shouldStop: () -> Bool
  ) -> (network: EvaluationResult, mixture: EvaluationResult)? {
    var (total, count) = (SIMD2<Double>.zero, 0)
    let isWhole = forEachPrediction(batches, of: tokens, shouldStop: shouldStop) { predictions in
      let losses = mixture.losses(predictions, threads: Processor.current.threads)
      total += [losses.network, losses.mixture]
      count += predictions.count
    }
    guard isWhole else { return nil }
    func mean(_ sum: Double) -> EvaluationResult {
      EvaluationResult(loss: sum / Double(max(count, 1)), tokenCount: count)
    }
    return (mean(total[0]), mean(total[1]))
  }

  /// Calls `body` with what the model predicts, without dropout, wherever a token of `batches` is scored: some rows of a
  /// batch at a time. False if `shouldStop` ended it on the way.
  ///
  /// - Parameter tokens: what the batches are cut from. A place's context is all of it before the place, whatever the row
  ///   that the model reads begins with.
  func forEachPrediction(
    _ batches: some Sequence<TokenBatch>, of tokens: Slice<TokenIDs>, shouldStop: () -> Bool,
    _ body: (NetworkPredictions) -> Void
  ) -> Bool {
    let (model, size) = (detached, config.vocabularySize)
    for batch in batches {
      // 64 MiB of logits, or a row's, at a time.
      let rowsAtOnce = max(1, (1 << 24) / (batch.length * size))
      for first in stride(from: 0, to: batch.batchSize, by: rowsAtOnce) {
        if shouldStop() { return false }
        let rows = batch.rows(first..<min(first + rowsAtOnce, batch.batchSize))
        let logits = model.logits(rows.inputs, batchSize: rows.batchSize).floats  // [B, T, V]
        var predictions = NetworkPredictions(vocabularySize: size)
        for place in rows.targets.indices where rows.targets[place] >= 0 {
          let position = rows.starts[place / rows.length] + place % rows.length + 1
          predictions.append(
            logits: logits[place * size..<(place + 1) * size], target: rows.targets[place],
            after: RecentTokens(before: position, in: tokens))
        }
        if predictions.count > 0 { body(predictions) }
      }
    }
    return true
  }
}
