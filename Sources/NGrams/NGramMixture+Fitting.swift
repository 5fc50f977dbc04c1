import Foundation

extension NGramMixture {
  /// How sure it is, before the first place, that each exponent is ½: as one is with a standard deviation of 1. A handful
  /// of places outweighs it.
  private static let precision = 1.0

  /// The same n-grams with the exponents that make `predictions` most probable.
  ///
  /// They minimize, over all places,
  ///
  ///     Σ (log Z(λ, μ) − λ · log p_network − μ · log p_counts) + ½ · precision · ((λ − ½)² + (μ − ½)²)
  ///
  /// where Z is the sum that makes probabilities of the products. It is convex, the logarithm of a sum of exponentials of
  /// linear functions, and minimized by Newton's method (`NewtonSearch`). The last term keeps the exponents finite where
  /// both models are always right. Neither model alone, (1, 0) or (0, 1), has a smaller loss there, but for what that term
  /// adds: ¼ nat in all.
  ///
  /// - Parameter threads: how many share the work; the result is the same for any number.
  public func fitted(to predictions: NetworkPredictions, threads: Int) -> NGramMixture {
    let features = LogLinearFeatures(predictions, model, threads: threads)
    let center = SIMD2(Exponents.even.network, Exponents.even.counts)
    let found = NewtonSearch.minimum(from: center) { point in
      features.objective(at: point, threads: threads).pulled(from: point, to: center, by: Self.precision)
    }
    return with(Exponents(network: found[0], counts: found[1]))
  }
}

/// What the exponents are fitted to: log p by the network and by the counts of every token at some places.
private struct LogLinearFeatures {
  private let predictions: NetworkPredictions
  /// [N, V] each.
  private let network, counts: [Float]

  init(_ predictions: NetworkPredictions, _ model: KneserNey, threads: Int) {
    let size = predictions.vocabularySize
    self.predictions = predictions
    var (network, counts) = (predictions.logits, predictions.logits)
    network.withUnsafeMutableBufferPointer { network in
      counts.withUnsafeMutableBufferPointer { counts in
        nonisolated(unsafe) let (network, counts) = (network, counts)
        _ = predictions.sum(0, +, threads: threads) { places in
          var row = NGramMixture.Row(size: size)
          for place in places {
            predictions.withLogits(of: place) { row.read($0, predictions.contexts[place], model) }
            for token in 0..<size {
              network[place * size + token] = Float(row.network[token])
              counts[place * size + token] = Float(row.counts[token])
            }
          }
          return 0
        }
      }
    }
    (self.network, self.counts) = (network, counts)
  }

  /// The loss of all places at `exponents`, in nats, and its derivatives.
  func objective(at exponents: SIMD2<Double>, threads: Int) -> NewtonObjective {
    predictions.sum(NewtonObjective(), +, threads: threads) { places in
      var scores = [Double](repeating: 0, count: predictions.vocabularySize)
      return places.reduce(into: NewtonObjective()) { $0.add(objective(of: $1, at: exponents, &scores)) }
    }
  }

  /// log Z − θ·f(target), f(w) being (log p_network(w), log p_counts(w)): its gradient is E[f] − f(target), and its Hessian
  /// Cov[f], under the mixture.
  private func objective(of place: Int, at exponents: SIMD2<Double>, _ scores: inout [Double]) -> NewtonObjective {
    let start = place * scores.count
    var largest = -Double.infinity
    for token in scores.indices {
      scores[token] =
        exponents[0] * Double(network[start + token]) + exponents[1] * Double(counts[start + token])
      largest = max(largest, scores[token])
    }
    var (total, mean, squares, product) = (0.0, SIMD2<Double>.zero, SIMD2<Double>.zero, 0.0)
    for token in scores.indices {
      let weight = exp(scores[token] - largest)
      let feature = SIMD2(Double(network[start + token]), Double(counts[start + token]))
      let weighted = weight * feature
      total += weight
      mean += weighted
      squares += weighted * feature
      product += weighted[0] * feature[1]
    }
    let target = Int(predictions.targets[place])
    mean /= total
    return NewtonObjective(
      value: largest + log(total) - scores[target],
      gradient: mean - SIMD2(Double(network[start + target]), Double(counts[start + target])),
      curvature: squares / total - mean * mean, cross: product / total - mean[0] * mean[1])
  }
}
