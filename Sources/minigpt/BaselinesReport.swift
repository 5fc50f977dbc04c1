import Training

/// What a person is told of baselines.
enum BaselinesReport {
  /// The losses, in words.
  static func losses(_ baselines: Baselines, by unit: String) -> String {
    var parts = [
      "\(Formatting.decimal(baselines.uniform)) nats per \(unit) for guessing",
      "\(Formatting.decimal(baselines.unigram)) unigrams",
    ]
    if let bigram = baselines.bigram { parts.append("\(Formatting.decimal(bigram)) bigrams") }
    if let counting = baselines.counting {
      parts.append("\(Formatting.decimal(counting.loss)) Kneser–Ney, order \(counting.order)")
    }
    return parts.joined(separator: ", ")
  }

  /// What `eval` says: the losses on the validation split of the run that made the checkpoint, or why there are none.
  static func line(_ baselines: Result<Baselines, Baselines.Lack>, by unit: String) -> String {
    switch baselines {
    case .success(let baselines):
      let part = part(baselines).map { "; counted: \($0)" } ?? ""
      return "baselines, on its validation split: \(losses(baselines, by: unit))\(part)"
    case .failure(.otherText):
      return "baselines: none, as they come from the text that the model was trained on, and this is another"
    case .failure(.unknownText):
      return "baselines: none, as the checkpoint does not say what text it was trained on"
    case .failure(.noValidation):
      return "baselines: none, as the model was trained without a validation split"
    }
  }

  /// How much of the text was counted and scored; nil where that is all.
  static func part(_ baselines: Baselines) -> String? {
    guard let counting = baselines.counting else {
      return "no n-grams of higher order: there is not enough memory for them"
    }
    guard counting.countedShare < 1 || counting.scoredShare < 1 else { return nil }
    return "\(percentage(counting.countedShare)) of the training split, its start and evenly spread blocks, "
      + "and scored on \(percentage(counting.scoredShare)) of the validation split, by Kneser–Ney counts"
  }

  private static func percentage(_ share: Double) -> String {
    Formatting.decimal(100 * share, places: 1) + " %"
  }
}
