import Autograd

/// Where a forward pass draws dropout: in the embedding, and in each block in three places.
enum DropoutSite: UInt64 {
  case embedding, block, attentionWeights, attentionOutput, mlpOutput
}

extension Dropout {
  /// The draw of one site, which is independent of that of every other.
  func at(_ site: DropoutSite, _ index: Int = 0) -> Dropout {
    Dropout(probability: probability, key: key.derived(by: site.rawValue, UInt64(index)))
  }
}
