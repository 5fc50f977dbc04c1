import Files
import Text
import Training

/// What `minigpt info` tells a person of a checkpoint.
struct CheckpointReport {
  private let summary: CheckpointSummary

  /// The report of `summary`.
  init(_ summary: CheckpointSummary) { self.summary = summary }

  /// Writes the facts, and then lines to paste.
  func show(on terminal: Terminal, _ stream: Terminal.Stream) {
    terminal.writeLine(printable(summary.path, limit: 1000) + "\n", to: stream)
    for (label, text) in facts {
      let lines = wrapped(text, width: terminal.width(of: stream), indentation: Self.labelWidth)
      terminal.writeLine(Formatting.padded(label, to: -Self.labelWidth) + lines.dropFirst(Self.labelWidth), to: stream)
    }
    terminal.writeLine(
      "\nTo open it elsewhere, as transformers' \(summary.checkpoint.transformersClass):\n", to: stream)
    terminal.writeLine(python, to: stream)
    terminal.writeLine("\nHere:\n\n  \(invocation()) sample \(shellQuoted(summary.path))", to: stream)
  }

  private static let labelWidth = 12

  private var facts: [(label: String, text: String)] {
    [("model", model), ("vocabulary", vocabulary), ("n-grams", ngrams)] + origin
      + summary.checkpoint.notes.map { ("note", $0) }
  }

  /// Lines of Python that open the checkpoint and go on from a prompt.
  private var python: String {
    // JSON's strings are Python's too.
    let path = JSON.string(summary.path).compact
    return """
        from transformers import AutoModelForCausalLM, AutoTokenizer
        path = \(path)
        model, tokenizer = AutoModelForCausalLM.from_pretrained(path), AutoTokenizer.from_pretrained(path)
        prompt = tokenizer("The ", return_tensors="pt")
        print(tokenizer.decode(model.generate(**prompt, max_new_tokens=\(newTokens), do_sample=True)[0]))
      """
  }

  /// transformers does not cut the context for us.
  private var newTokens: Int { max(1, min(100, summary.checkpoint.model.config.contextLength - 4)) }
}

// MARK: - What is in it

extension CheckpointReport {
  private var model: String {
    let config = summary.checkpoint.model.config
    let heads =
      config.keyValueHeadCount == config.headCount
      ? "heads \(config.headCount)" : "heads \(config.headCount) (\(config.keyValueHeadCount) for keys and values)"
    let window = config.slidingWindow.map { " (sliding window \($0))" } ?? ""
    let types = summary.elementTypes.map { "\($0)" }.sorted().joined(separator: " and ")
    return "\(config.architecture), layers \(config.layerCount), \(heads), width \(config.width), "
      + "MLP \(config.mlpWidth), context \(config.contextLength)\(window), "
      + "\(config.tiesHead ? "tied head" : "a head of its own"); "
      + "\(Formatting.count(config.parameterCount, "parameter")) in \(types)"
  }

  private var vocabulary: String {
    let tokenizer = summary.checkpoint.tokenizer
    let special = Set(tokenizer.specialIDs)
    let ids = (0..<Int32(tokenizer.vocabularySize)).filter { !special.contains($0) }
    let visible = tokenizer.decode(ids.prefix(200)).unicodeScalars.filter {
      !$0.properties.isWhitespace && isVisible($0)
    }
    return "\(Formatting.count(ids.count, tokenizer.unit)): \(printable(String(visible), limit: 60))"
  }

  private var ngrams: String {
    guard let mixture = summary.checkpoint.mixture else { return "none" }
    return
      "of up to \(mixture.order), counted in \(Formatting.count(mixture.text.tokens.count, "token")); probabilities "
      + "are network^\(Formatting.decimal(mixture.exponents.network, places: 3)) · "
      + "counts^\(Formatting.decimal(mixture.exponents.counts, places: 3))"
  }
}

// MARK: - Where it came from

extension CheckpointReport {
  private var origin: [(label: String, text: String)] {
    guard let origin = summary.origin else {
      return [("origin", "not in its files: it can be used and converted, but not trained on")]
    }
    let options = origin.recipe.options
    let state = summary.keepsOptimizerState ? "its state is here: train --resume goes on" : "without its state"
    return [
      ("step", "\(Formatting.count(origin.step)) of \(Formatting.count(options.maxIterations))"),
      ("losses", losses(origin)),
      ("optimizer", "\(options.optimizer.rawValue), \(state)"),
      ("precision", "\(options.precision.rawValue), of the matrix products in training"),
      (
        "text",
        "\(Formatting.count(origin.characterCount, "character")), SHA-256 \(printable(origin.corpusSHA256, limit: 64))"
      ),
      ("recipe", recipe(origin)),
    ]
  }

  private func losses(_ origin: CheckpointSummary.Origin) -> String {
    guard let validation = origin.validationLoss else { return "not measured at this step" }
    var parts = ["validation \(Formatting.decimal(validation)) nats per \(summary.checkpoint.tokenizer.unit)"]
    if let evaluation = origin.evaluation { parts.append("training \(Formatting.decimal(evaluation.trainingLoss))") }
    for level in RunHistory.Level.allCases {
      if let value = origin.history?.levels[level] { parts.append("\(level.name) \(Formatting.decimal(value))") }
    }
    return parts.joined(separator: ", ")
  }

  private func recipe(_ origin: CheckpointSummary.Origin) -> String {
    (["--preset", origin.preset.name] + origin.differences.flatMap(\.words)).map(shellQuoted).joined(separator: " ")
      + "\(origin.differences.contains { $0.name == "seed" } ? "" : "; seed \(origin.recipe.options.seed)")"
  }
}
