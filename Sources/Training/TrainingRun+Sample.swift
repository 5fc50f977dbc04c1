import Text
import Transformer

extension TrainingRun {
  /// Writes a text with a model and random numbers of a seed; nil where the model cannot.
  public typealias SampleWriter = @Sendable (_ model: GPT, _ tokenizer: any Tokenizer, _ seed: UInt64) -> String?

  /// Has the model write a text, where that is due after the step that `report` is of. It takes none of the random numbers
  /// of training, and always the same of its own, so that texts differ by what was learned.
  func sample(_ report: StepReport, _ onEvent: (TrainingEvent) -> Void) throws {
    guard let interval = recipe.options.sampleInterval, report.isFinite, report.step % interval == 0,
      let text = writesSample?(trainer.model.detached, tokenizer, recipe.options.seed)
    else { return }
    try emit(.sample(step: report.step, seed: recipe.options.seed, text: text), onEvent)
  }
}
