import NGrams
import Text

extension TrainingReport {
  /// What is mixed with the network's predictions, and what of the table that makes another.
  static func description(of mixture: NGramMixture, in dataset: TokenDataset, by unit: String) -> String {
    let (counted, training) = (mixture.text.tokens.count, dataset[.validation].startIndex)
    let part =
      counted < training
      ? "\(Formatting.count(counted)) of the \(Formatting.count(training, unit)), the beginning and blocks spread evenly"
      : Formatting.count(training, unit)
    return "of up to \(Formatting.count(mixture.model.order, unit)), counted in \(part), weighed on the first "
      + "\(Formatting.count(dataset[.calibration].count)); val loss is with them, network and train loss without"
  }
}
