// Losses, composed of operations.

/// The mean squared error, a scalar: `mean((prediction − target)²)`. Traps if the shapes differ.
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  require(
    prediction.shape == target.shape, "meanSquaredError: prediction \(prediction.shape), target \(target.shape)")
  let error = prediction - target
  return (error * error).mean()
}

/// The mean cross-entropy between logits and target classes, in nats, a scalar: `−mean log softmax(logits)[target]`.
///
/// Rows with a negative target are ignored, as with PyTorch's `ignore_index` (the mean is 0 if all are). For a linear
/// head over many classes `Tensor.linearCrossEntropy` takes less memory. Traps if lengths differ or a target is not
/// below V.
/// - Parameters:
///   - logits: `[…, V]`
///   - targets: a class for each row of logits, or a negative number.
public func crossEntropy(logits: Tensor, targets: [Int32]) -> Tensor {
  let (count, size) = (targets.count, logits.shape.last ?? 0)
  require(
    logits.rank >= 1 && Shape.count(Array(logits.shape.dropLast())) == count,
    "crossEntropy: logits \(logits.shape), \(count) targets")
  require(targets.allSatisfy { $0 < size }, "crossEntropy: a target is not below \(size)")
  let rows = logits.reshaped(to: [count, size])
  let scored = targets.indices.filter { targets[$0] >= 0 }
  let scoredRows = scored.count == count ? rows : .embedding(scored.map(Int32.init), table: rows)
  let picked = scoredRows.logSoftmax().gather(scored.map { targets[$0] }, shape: [scored.count, 1])
  return picked.sum() / -Double(max(scored.count, 1))
}
