import Sampling
import Testing

@Suite struct SamplingOptionsTests {
  typealias Change = @Sendable (inout SamplingOptions) -> Void

  @Test("the defaults and the ends of each range are valid")
  func valid() throws {
    try SamplingOptions().validate()
    for change: Change in [
      { $0.temperature = 0 }, { $0.temperature = 1e300 }, { $0.topK = .max }, { $0.seed = .max },
      { $0.topP = .leastNonzeroMagnitude }, { $0.topP = 1 }, { $0.minP = 0 }, { $0.minP = 1 },
      { $0.repetitionPenalty = .leastNonzeroMagnitude },
    ] {
      var options = SamplingOptions()
      change(&options)
      try options.validate()
    }
  }

  static let invalid: [(option: String, value: String, change: Change)] = [
    ("temperature", "-0.1", { $0.temperature = -0.1 }), ("temperature", "nan", { $0.temperature = .nan }),
    ("temperature", "inf", { $0.temperature = .infinity }), ("top_k", "-1", { $0.topK = -1 }),
    ("top_p", "0.0", { $0.topP = 0 }), ("top_p", "1.1", { $0.topP = 1.1 }),
    ("top_p", "nan", { $0.topP = .nan }), ("min_p", "-0.1", { $0.minP = -0.1 }),
    ("min_p", "2.0", { $0.minP = 2 }), ("min_p", "nan", { $0.minP = .nan }),
    ("repetition_penalty", "0.0", { $0.repetitionPenalty = 0 }),
    ("repetition_penalty", "inf", { $0.repetitionPenalty = .infinity }),
    ("repetition_penalty", "nan", { $0.repetitionPenalty = .nan }),
  ]

  @Test("an option out of its range is refused by name and value", arguments: invalid.indices)
  func outOfRange(index: Int) {
    let (option, value, change) = Self.invalid[index]
    var options = SamplingOptions()
    change(&options)
    let error = #expect(throws: SamplingError.self) { try Sampler(options) }
    #expect(error?.description.hasPrefix("`\(option)` is \(value), but must be ") == true)
  }
}
