import Files

extension Baselines {
  /// The losses, and what goes with them; null stands for what is not known.
  package var json: JSON {
    [
      "uniform": .number(uniform), "unigram": .number(unigram), "bigram": bigram.map { .number($0) } ?? .null,
      "kneser_ney": counting.map { .number($0.loss) } ?? .null,
      "kneser_ney_order": counting.map { .integer($0.order) } ?? .null,
      "counted_share": counting.map { .number($0.countedShare) } ?? .null,
      "scored_share": counting.map { .number($0.scoredShare) } ?? .null,
    ]
  }

  /// The same as the event that stands before a run's first step.
  func event(floor: Double?) -> JSON {
    var event: JSON = ["event": "baselines", "step": 0]
    if case .object(let members) = json {
      for member in members { event[member.name] = member.value }
    }
    event["floor"] = floor.map { .number($0) } ?? .null
    return event
  }
}
