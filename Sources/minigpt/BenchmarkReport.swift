import Autograd
import Checkpoints
import Transformer

/// What a person sees of a benchmark, and the line that a program reads of it.
struct BenchmarkReport {
  private let terminal: Terminal
  private let json: Bool
  private let config: GPTConfig

  /// A report that begins with what is measured: a model of shape `config` on this processor.
  init(on terminal: Terminal, json: Bool, _ config: GPTConfig) {
    (self.terminal, self.json, self.config) = (terminal, json, config)
    fact(
      "model",
      "layers \(config.layerCount), heads \(config.headCount), width \(config.width), "
        + "context \(config.contextLength), vocabulary \(Formatting.count(config.vocabularySize)); "
        + "\(Formatting.parameters(config.parameterCount)) parameters")
    fact("processor", "\(Processor.current.instructionSet), threads: \(Processor.current.threads)")
  }

  /// Tells a person something under a heading.
  func fact(_ label: String, _ text: String) {
    terminal.writeLine(Formatting.padded(label, to: -11) + text, to: json ? .error : .output)
  }

  /// Shows what was measured; `prefill` is the length of a prompt, and the seconds until the token after it.
  func end(_ benchmark: Benchmark, prefill: (tokenCount: Int, seconds: Double)? = nil) {
    let (least, median, most) = (benchmark.min, benchmark.median, benchmark.max)
    let decimals = median < 10 ? 3 : 1
    func milliseconds(_ value: Double) -> String { Formatting.decimal(value, places: decimals) }
    fact(
      "ms/step",
      "min \(milliseconds(least)), median \(milliseconds(median)), max \(milliseconds(most)) "
        + "of \(Formatting.count(benchmark.stepMilliseconds.count))")
    if let prefill {
      fact(
        "prefill",
        "\(Formatting.rate(Double(prefill.tokenCount) / prefill.seconds)) tokens/s; "
          + "first token after \(milliseconds(prefill.seconds * 1e3)) ms")
    }
    fact("speed", "\(Formatting.rate(benchmark.tokensPerSecond)) tokens/s")
    fact(
      "operations",
      "\(Formatting.decimal(benchmark.gigaflops, places: 1)) GFLOP/s; a token takes "
        + (prefill == nil ? "6·parameters + 12·L·C·T" : "2·parameters + 4·L·C·T"))
    fact("memory", "\(Formatting.rate(Benchmark.peakMebibytes)) MiB at most")
    if json { terminal.writeLine(object(benchmark, prefill).compact) }
  }

  private func object(_ benchmark: Benchmark, _ prefill: (tokenCount: Int, seconds: Double)?) -> JSON {
    var more: [JSON.Member] = []
    if let prefill {
      let speed = Double(prefill.tokenCount) / prefill.seconds
      more = [
        .init(name: "prefill_tokens_per_second", value: .number(speed)),
        .init(name: "time_to_first_token_ms", value: .number(prefill.seconds * 1e3)),
      ]
    }
    return benchmark.json(
      more + [
        .init(name: "parameters", value: .integer(config.parameterCount)),
        .init(name: "instruction_set", value: .string(Processor.current.instructionSet)),
        .init(name: "threads", value: .integer(Processor.current.threads)),
      ])
  }
}
