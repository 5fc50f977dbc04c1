import Autograd
import Benchmarks
import Files
import Training
import Transformer

/// What a person sees of a benchmark of training or sampling, and the line that a program reads of it.
struct BenchmarkReport {
  private let terminal: Terminal
  private let json: Bool
  private let config: GPTConfig

  /// A report that begins with what is measured: a model of shape `config` on this processor.
  init(on terminal: Terminal, json: Bool, _ config: GPTConfig) {
    (self.terminal, self.json, self.config) = (terminal, json, config)
    fact(
      "model",
      "\(config.architecture), layers \(config.layerCount), heads \(config.headCount), width \(config.width), "
        + "context \(config.contextLength), vocabulary \(Formatting.count(config.vocabularySize)); "
        + "\(Formatting.parameters(config.parameterCount)) parameters")
    fact(
      "processor",
      "\(Processor.current.instructionSet), threads: \(Processor.current.threads), "
        + "precision: \(Processor.current.precision)")
  }

  /// Tells a person something under a heading.
  func fact(_ label: String, _ text: String) {
    terminal.writeLine(Formatting.padded(label, to: -11) + text, to: json ? .error : .output)
  }

  /// Shows steps of training.
  func end(_ benchmark: Benchmark, _ training: TrainingDetails) {
    facts(benchmark, operations: "6·parameters + 12·L·C·T")
    let stages = TrainingStage.allCases.map { "\($0) \(Self.milliseconds(training.median(of: $0)))" }
    fact("parts", stages.joined(separator: ", ") + " ms (medians)")
    fact(
      "peak",
      "\(Formatting.decimal(training.peak / 1e9, places: 1)) GFLOP/s in registers at this precision, "
        + "of which the steps reach \(Formatting.percent(training.share(benchmark)))")
    fact("start", "first step done after \(Self.milliseconds(training.startup * 1e3)) ms")
    endObject(
      benchmark.json(
        [
          .init(name: "stage_ms", value: training.stages),
          .init(name: "peak_gflops", value: .number(training.peak / 1e9)),
          .init(name: "share_of_peak", value: .number(training.share(benchmark))),
          .init(name: "startup_ms", value: .number(training.startup * 1e3)),
        ] + machine))
  }

  /// Shows tokens sampled after a prompt of `tokenCount` tokens, which took `seconds` until the token after
  /// it.
  func end(_ benchmark: Benchmark, prefill: (tokenCount: Int, seconds: Double)) {
    let speed = Double(prefill.tokenCount) / prefill.seconds
    fact(
      "prefill",
      "\(Formatting.rate(speed)) tokens/s; first token after \(Self.milliseconds(prefill.seconds * 1e3)) ms")
    facts(benchmark, operations: "2·parameters + 4·L·C·T")
    endObject(
      benchmark.json(
        [
          .init(name: "prefill_tokens_per_second", value: .number(speed)),
          .init(name: "time_to_first_token_ms", value: .number(prefill.seconds * 1e3)),
        ] + machine))
  }

  private func endObject(_ object: JSON) {
    if json { terminal.writeLine(object.compact) }
  }

  private var machine: [JSON.Member] {
    [
      .init(name: "parameters", value: .integer(config.parameterCount)),
      .init(name: "instruction_set", value: .string(Processor.current.instructionSet)),
      .init(name: "threads", value: .integer(Processor.current.threads)),
      .init(name: "precision", value: .string(Processor.current.precision.rawValue)),
    ]
  }

  private func facts(_ benchmark: Benchmark, operations: String) {
    fact(
      "ms/step",
      "min \(Self.milliseconds(benchmark.min)), median \(Self.milliseconds(benchmark.median)), "
        + "max \(Self.milliseconds(benchmark.max)) of \(Formatting.count(benchmark.stepMilliseconds.count))")
    fact("speed", "\(Formatting.rate(benchmark.tokensPerSecond)) tokens/s")
    fact(
      "operations",
      "\(Formatting.decimal(benchmark.gigaflops, places: 1)) GFLOP/s; a token takes \(operations)")
    fact("memory", "\(Formatting.rate(benchmark.peakMebibytes)) MiB at peak")
  }

  private static func milliseconds(_ value: Double) -> String {
    Formatting.decimal(value, places: value < 10 ? 3 : 1)
  }
}

extension Benchmark {
  /// The contract's object, with `more` at its end.
  fileprivate func json(_ more: [JSON.Member]) -> JSON {
    .object(
      [
        .init(name: "bench", value: .string(name)),
        .init(name: "ms_per_step", value: .spread(of: stepMilliseconds)),
        .init(name: "tokens_per_second", value: .number(tokensPerSecond)),
        .init(name: "gflops", value: .number(gigaflops)),
        .init(name: "peak_mib", value: .number(peakMebibytes)),
      ] + more)
  }
}

extension TrainingDetails {
  fileprivate var stages: JSON {
    .object(TrainingStage.allCases.map { .init(name: $0.rawValue, value: .number(median(of: $0))) })
  }
}

extension JSON {
  /// The smallest of `values`, the one in the middle and the largest.
  static func spread(of values: [Double]) -> JSON {
    [
      "min": .number(values.min() ?? .nan), "median": .number(median(of: values)),
      "max": .number(values.max() ?? .nan),
    ]
  }
}

extension Formatting {
  /// A part of a whole: "87 %".
  static func percent(_ share: Double) -> String { rate(share * 100) + " %" }
}
