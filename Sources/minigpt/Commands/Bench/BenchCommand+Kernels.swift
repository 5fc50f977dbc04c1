import Autograd
import Benchmarks
import Files
import Training
import Transformer

// `minigpt bench kernels`.

extension BenchCommand {
  /// What is measured unless a preset is asked for, on batches that an ordinary computer trains with.
  static let kernelPresets: [(preset: Preset, batchSize: Int, contextLength: Int)] = [
    (.baby, 12, 64), (.shakespeare, 8, 256), (.gpt2, 4, 64),
  ]

  /// Measures what the machine could do at most, and then every kernel beside that.
  func measureKernels(on terminal: Terminal) throws {
    let machine = Machine(.current)
    let report = KernelReport(on: terminal, json: json, repeats: steps ?? 5)
    let sizes = try kernelSizes()
    let alone = Machine(Processor(threads: 1, precision: machine.precision))
    report.showPeak(of: machine.threads == 1 ? [machine] : [alone, machine])
    for (name, batchSize, config) in sizes {
      report.begin(name, config, batchSize: batchSize)
      for kernel in KernelCase.all(config, batchSize: batchSize) {
        report.measure(kernel, preset: name, on: machine)
      }
    }
  }

  /// The models that are measured, by their presets' names. Throws if one is none, or does not fit the
  /// memory.
  private func kernelSizes() throws -> [(name: String, batchSize: Int, config: GPTConfig)] {
    let known = Self.kernelPresets.filter { preset == nil || preset == $0.preset.name }
    let chosen =
      known.isEmpty
      ? [(chosenPreset, chosenPreset.recipe.options.batchSize, chosenPreset.recipe.model.contextLength)] : known
    return try chosen.map { preset, batchSize, contextLength in
      var recipe = recipe(from: preset)
      recipe.model.contextLength = blockSize ?? contextLength
      let config = recipe.config(vocabularySize: preset.benchmarkVocabularySize)
      try config.validate()
      try requireMemory(config, batchSize: self.batchSize ?? batchSize)
      return (preset.name, self.batchSize ?? batchSize, config)
    }
  }

  /// Four matrices of as many rows as there are tokens, as wide as the model is anywhere, must fit.
  private func requireMemory(_ config: GPTConfig, batchSize: Int) throws(MemoryError) {
    let tokens = Double(batchSize) * Double(config.contextLength)
    let bytes = 16 * tokens * Double(max(config.mlpWidth, config.vocabularySize))
    try Files.requireMemory(
      bytes, for: "work on \(Formatting.count(batchSize, "sequence")) of \(config.contextLength)",
      remedy: "make `batch_size` or `block_size` smaller")
  }
}
