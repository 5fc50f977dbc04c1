import Autograd
import Checkpoints
import Files
import Foundation
import Layers
import NGrams
import Randomness
import Testing
import Text
import Training
import Transformer

@Suite("Training with n-grams mixed in")
struct MixtureTests {
  static func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
    smallRecipe {
      $0.options.mixesNGrams = true
      change(&$0)
    }
  }

  @Test(
    "holds the beginning of the training split out of what is trained on, and counts all before the validation split")
  func heldOut() throws {
    let trainer = try trainer(Self.recipe())
    let training = try TrainingTests.trainer(smallRecipe()).dataset[.training]
    // Of 1,584 tokens a tenth, which is less than 512.
    #expect(trainer.dataset[.calibration].count == training.count / 10)
    #expect(trainer.dataset[.calibration].startIndex == 0)
    #expect(trainer.dataset[.training].startIndex == trainer.dataset[.calibration].endIndex)
    #expect(trainer.dataset[.training].endIndex == training.endIndex)
    let text = try #require(trainer.mixture).text
    #expect(text.tokens.elementsEqual(trainer.dataset.tokens[..<trainer.dataset[.validation].startIndex]))
  }

  @Test("is fitted to the calibration split by counts that have not seen it")
  func exponents() throws {
    let trainer = try trainer(Self.recipe { $0.options.precision = .highest })
    let calibration = trainer.dataset[.calibration]
    let (size, length) = (trainer.model.config.vocabularySize, trainer.model.config.contextLength)
    let heldOut = NGramMixture(CountedText(of: trainer.dataset[.training], vocabularySize: size))
    var predictions = NetworkPredictions(vocabularySize: size)
    for place in calibration.startIndex + 1..<calibration.endIndex {
      let start = calibration.startIndex + (place - 1 - calibration.startIndex) / length * length
      predictions.append(
        logits: trainer.model.detached.logits(Array(calibration[start..<place])).floats.suffix(size),
        target: calibration[place], after: RecentTokens(Array(calibration[..<place])))
    }
    let expected = heldOut.fitted(to: predictions, threads: 1)
    let found = try #require(try trainer.fittedMixture())
    // The logits, computed one by one, differ by roundings of a float32, and the exponents by not much more.
    #expect(abs(found.exponents.network - expected.exponents.network) < 1e-3)
    #expect(abs(found.exponents.counts - expected.exponents.counts) < 1e-3)
  }

  @Test(
    "measures what a plain computation does, position by position",
    arguments: [EvaluationExtent.full, .batches(3)])
  func evaluation(extent: EvaluationExtent) throws {
    var trainer = try trainer(Self.recipe { ($0.options.evaluation, $0.options.precision) = (extent, .highest) })
    for _ in 0..<6 { _ = try trainer.takeStep() }
    let report = try #require(try trainer.evaluate())
    let mixed = try #require(report.mixture)
    let mixture = try #require(try trainer.fittedMixture())
    #expect(mixture.exponents == mixed.exponents)

    let validation = trainer.dataset[.validation]
    var (networkSum, mixtureSum, count) = (0.0, 0.0, 0)
    for (start, place) in try places(trainer, extent) {
      let logits = trainer.model.detached.logits(Array(validation[start..<place])).floats
        .suffix(trainer.model.config.vocabularySize)
      let probabilities = Tensor(Array(logits), shape: [logits.count], elementType: .float64).softmax().scalars
      let counts = mixture.model.distribution(after: RecentTokens(Array(validation[..<place]))).map(Double.init)
      let products = zip(probabilities, counts).map {
        pow($0, mixture.exponents.network) * pow($1, mixture.exponents.counts)
      }
      let target = Int(validation[place])
      networkSum -= log(probabilities[target])
      mixtureSum -= log(products[target] / products.reduce(0, +))
      count += 1
    }
    // Losses of order 3, from logits and counts in float32.
    #expect(abs(mixed.networkLoss - networkSum / Double(count)) < 1e-5)
    #expect(abs(report.validationLoss - mixtureSum / Double(count)) < 1e-5)
    #expect(report.validationLoss < mixed.networkLoss)
  }

  /// Where the window of each scored position begins, and the position.
  private func places(_ trainer: Trainer, _ extent: EvaluationExtent) throws -> [(start: Int, place: Int)] {
    let (validation, length) = (trainer.dataset[.validation], trainer.model.config.contextLength)
    if extent == .full {
      return (validation.startIndex + 1..<validation.endIndex).map { place in
        let offset = (place - 1 - validation.startIndex) / length * length
        return (validation.startIndex + offset, place)
      }
    }
    let key = RandomKey(seed: trainer.options.seed).derived(by: 3).derived(by: 1)
    let batches = RandomBatches(validation, batchSize: trainer.options.batchSize, length: length, key: key)
    return (0..<3).flatMap { batches.batch(at: $0).starts }.flatMap { start in
      (1...length).map { (start, start + $0) }
    }
  }

  @Test("saves the n-grams with each checkpoint, and the mixture's loss as the one that is compared")
  func saves() throws {
    try withTemporaryDirectory { path in
      var reports: [EvaluationReport] = []
      var run = try TrainingRun(Self.recipe { $0.options.keep = 9 }, corpus: smallText, in: RunDirectory(path))
      _ = try run.train(onEvent: { if case .evaluation(let report) = $0 { reports.append(report) } })
      #expect(reports.count == 3)
      for report in reports {
        let directory = path + "/checkpoint-\(report.step)"
        let checkpoint = try Checkpoint(directory: directory)
        #expect(checkpoint.mixture?.exponents == report.mixture?.exponents)
        #expect(try TrainerState(of: directory).validationLoss == report.validationLoss)
      }
      let line = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
        .first { $0.contains("\"eval\"") }
      let event = try JSON(parsing: String(try #require(line)), from: "")
      #expect(event["val_loss"] == .number(reports[0].validationLoss))
      #expect(event["network_val_loss"] == .number(try #require(reports[0].mixture).networkLoss))
    }
  }

  @Test("stopped and resumed with other threads ends in the same bytes, those of the n-grams too")
  func exactResume() throws {
    try withTemporaryDirectory { path in
      let recipe = Self.recipe { ($0.options.keep, $0.options.saveInterval) = (9, 4) }
      var undisturbed = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path + "/a"))
      _ = try undisturbed.train(onEvent: { _ in })
      do {
        var (steps, run) = (0, try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path + "/b")))
        _ = try run.train(onEvent: { if case .step = $0 { steps += 1 } }, shouldStop: { steps == 7 })
      }
      let saved = try #require(try SavedRun(RunDirectory(path + "/b")))
      try Processor(threads: 3).run {
        var resumed = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
        #expect(try resumed.train(onEvent: { _ in }) == .finished)
      }
      for step in [8, 10, 12] {
        for file in ["model.safetensors", "optimizer.safetensors", "ngrams.safetensors", "trainer_state.json"] {
          let bytes = ["/a", "/b"].map { contents("\(path)\($0)/checkpoint-\(step)/\(file)") }
          #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(file) of step \(step)")
        }
      }
    }
  }

  private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  @Test("is off by default: no file, no member of the recipe, no line says anything of it")
  func off() throws {
    #expect(smallRecipe().json["ngram_mixture"] == nil)
    #expect(Self.recipe().json["ngram_mixture"] == true)
    try withTemporaryDirectory { path in
      var run = try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path))
      _ = try run.train(onEvent: { _ in })
      #expect(contents(path + "/last/ngrams.safetensors") == nil)
      #expect(try !String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).contains("network_val_loss"))
      #expect(try TrainingTests.trainer(smallRecipe()).dataset[.calibration].isEmpty)
    }
  }

  @Test("is not resumed without, nor the other way round")
  func refused() throws {
    let (with, without) = (Self.recipe(), smallRecipe())
    #expect(with.differences(from: without) == ["`ngram_mixture` was false, is true"])
  }

  @Test("of a text too short to hold anything out of is refused, with what is left of it")
  func tooShort() throws {
    try withTemporaryDirectory { path in
      let recipe = Self.recipe { ($0.model.contextLength, $0.options.validationFraction) = (100, 0.48) }
      // 109 characters are for training, of which 10 are held out.
      #expect(throws: TextError.shorterThanBlock(.training, tokens: 99, blockSize: 100)) {
        try TrainingRun(recipe, corpus: String(smallText.prefix(210)), in: RunDirectory(path))
      }
    }
  }
}
