import Benchmarks
import Checkpoints
import Files
import Randomness
import Sampling
import Text
import Training
import Transformer

// `minigpt bench sample`.

extension BenchCommand {
  /// Times what `minigpt sample` does: a prompt of half the context, then one token after the other.
  func sample(on terminal: Terminal) throws {
    let (model, tokenizer) = try modelToSample()
    let report = BenchmarkReport(on: terminal, json: json, model.config)
    let prompt = tokenizer.decode(tokenizer.randomIDs(max(1, model.config.contextLength / 2), key: Self.key))
    let promptLength = try tokenizer.encode(prompt).count
    report.fact("prompt", Formatting.count(promptLength, "random \(tokenizer.unit)"))

    let generator = TextGenerator(model, tokenizer: tokenizer)
    _ = try generator.generate(prompt: prompt, maxNewTokens: Self.warmUpSteps)
    var times: [Double] = []
    var last = ContinuousClock.now
    let generation = try generator.generate(prompt: prompt, maxNewTokens: 1 + (steps ?? 200)) { _ in
      times.append((.now - last).seconds * 1e3)
      last = .now
      return true
    }
    report.end(
      Benchmark(
        "sample", stepMilliseconds: Array(times.dropFirst()), tokensPerStep: 1,
        operationsPerToken: model.config.samplingOperationsPerToken),
      prefill: (promptLength, generation.timeToFirstToken.seconds))
  }

  private func modelToSample() throws -> (GPT, any Tokenizer) {
    if let checkpoint {
      let loaded = try RunDirectory.readCheckpoint(at: checkpoint).checkpoint
      return (loaded.model, loaded.tokenizer)
    }
    let vocabularySize = chosenPreset.benchmarkVocabularySize
    // Characters past the basic plane: there are enough in a row.
    let scalars = (1..<UInt32(vocabularySize)).compactMap { Unicode.Scalar(0x1_0000 + $0) }
    let tokenizer = try Tokenizers.standard(corpus: String(String.UnicodeScalarView(scalars)))
    let config = recipe.config(vocabularySize: tokenizer.vocabularySize)
    try requireMemoryToSample(config)
    return (try GPT(config, key: RandomKey(seed: 1)), tokenizer)
  }

  /// The weights must fit, the cache and the rotary table, and what one block makes of the prompt.
  private func requireMemoryToSample(_ config: GPTConfig) throws {
    try config.validate()
    let kept = Double((2 * config.layerCount * config.keyValueHeadCount + 1) * config.headWidth)
    let passing = Double(12 * config.width + 2 * config.mlpWidth) / 2  // The prompt is half of the context.
    let bytes = 4 * (Double(config.parameterCount) + Double(config.contextLength) * (kept + passing))
    try requireMemory(bytes, for: "sampling from this model", remedy: "make `block_size` smaller")
  }
}
