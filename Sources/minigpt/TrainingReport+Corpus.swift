import Text
import Training

extension TrainingReport {
  /// So much of a long text is searched for what repeats.
  private static let sample = 50_000_000

  /// Three lines on what `minigpt corpus check` says at length.
  func show(_ corpus: Corpus, of run: TrainingRun) {
    let trainingCount = run.trainer.dataset[.validation].startIndex
    let examination = CorpusExamination(corpus, trainingCount: trainingCount, sample: Self.sample)
    let found = ["line ends: \(CorpusReport.lineEnds(examination))", CorpusReport.rare(examination)]
    fact("text", found.compactMap(\.self).joined(separator: "; "))
    if let repetition = examination.repetition {
      let isSample = repetition.searchedCount < trainingCount
      fact(
        "repeated",
        CorpusReport.repeated(repetition)
          + (isSample ? ", in a sample of \(Formatting.count(Self.sample)) characters" : ""))
    }
    let seen = Double(run.recipe.options.maxIterations) * Double(run.trainer.tokensPerStep)
    fact("epochs", CorpusReport.epochs(seen / Double(trainingCount)))
  }
}
