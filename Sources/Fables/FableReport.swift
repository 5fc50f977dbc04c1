/// What a grammar accepts of a text.
public struct FableReport: Sendable, Equatable {
  /// How many of something were accepted.
  public struct Tally: Sendable, Equatable {
    public internal(set) var accepted: Int
    public internal(set) var total: Int

    /// Counts made elsewhere.
    public init(accepted: Int = 0, total: Int = 0) {
      self.accepted = accepted
      self.total = total
    }

    /// Accepted by total; 1 where there was nothing to judge.
    public var fraction: Double { total == 0 ? 1 : Double(accepted) / Double(total) }

    static func + (first: Tally, second: Tally) -> Tally {
      Tally(accepted: first.accepted + second.accepted, total: first.total + second.total)
    }

    mutating func count(_ isAccepted: Bool) {
      total += 1
      if isAccepted { accepted += 1 }
    }
  }

  /// Titles, sentences and morals, each judged for itself: one of the grammar's, with whatever cast.
  public internal(set) var sentences = Tally()
  /// Whole fables, in which casting, plot and moral must agree from beginning to end.
  public internal(set) var fables = Tally()
  /// What was not accepted, in the order of the text.
  public internal(set) var refusals: [Refusal] = []

  /// Both reports in one: two samples are judged apart, since each is cut off by itself.
  public static func + (first: FableReport, second: FableReport) -> FableReport {
    FableReport(
      sentences: first.sentences + second.sentences, fables: first.fables + second.fables,
      refusals: first.refusals + second.refusals)
  }
}
