import Testing
import Text

/// The tokens 0, 1, 2, … count − 1, which tell their own position.
func countingTokens(_ count: Int) -> TokenIDs {
  TokenIDs((0..<Int32(count)), vocabularySize: count)
}

@Suite struct TokenDatasetTests {
  @Test("ids are the same in two bytes and in four", arguments: [256, 65_536, 65_537, 200_000])
  func storage(vocabularySize: Int) {
    let ids = [0, 1, Int32(vocabularySize - 1), 0]
    let tokens = TokenIDs(ids, vocabularySize: vocabularySize)
    #expect(tokens.count == 4)
    #expect(tokens.elementsEqual(ids))
    #expect(tokens[1..<3].elementsEqual(ids[1..<3]))
  }

  @Test("a vocabulary beyond two bytes is encoded in four")
  func wideVocabulary() throws {
    let scalars = (0x10000...0x20001 as ClosedRange<UInt32>).compactMap { Unicode.Scalar($0) }
    let tokenizer = try CharacterTokenizer(scalars: scalars)
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.suffix(2))
    #expect(try TokenIDs(encoding: String(text), by: tokenizer).elementsEqual([65_537, 65_538]))
  }

  @Test(
    "the cut is nanoGPT's int(n * 0.9)",
    arguments: [(1_115_394, 1_003_854), (10, 9), (11, 9), (19, 17), (20, 18), (1_000_003, 900_002)])
  func nanoGPTSplit(count: Int, training: Int) throws {
    let dataset = try TokenDataset(countingTokens(count), blockSize: 0)
    #expect(dataset[.training].indices == 0..<training)
    #expect(dataset[.validation].indices == training..<count)
  }

  @Test("calibration takes the beginning of the training split, or is refused where too little is left")
  func calibration() throws {
    let dataset = try TokenDataset(countingTokens(100), blockSize: 9)
    #expect(dataset[.calibration].isEmpty)
    let calibrating = try dataset.calibrating(with: 20, blockSize: 9)
    #expect(calibrating[.calibration].indices == 0..<20)
    #expect(calibrating[.training].indices == 20..<90)
    #expect(calibrating[.validation].indices == 90..<100)
    #expect(throws: TextError.shorterThanBlock(.training, tokens: 9, blockSize: 9)) {
      try dataset.calibrating(with: 81, blockSize: 9)
    }
  }

  @Test("a fraction of 0 leaves all to training", arguments: [0, -0.0])
  func noValidation(fraction: Double) throws {
    let dataset = try TokenDataset(countingTokens(65), validationFraction: fraction, blockSize: 64)
    #expect(dataset[.training].count == 65)
    #expect(dataset[.validation].isEmpty)
  }

  @Test("fractions outside [0, 1) are refused", arguments: [-0.1, 1, 2, .infinity, -.infinity])
  func fractionOutOfRange(fraction: Double) {
    #expect(throws: TextError.validationFractionOutOfRange(fraction)) {
      try TokenDataset(countingTokens(100), validationFraction: fraction, blockSize: 1)
    }
  }

  @Test("NaN is no fraction")
  func fractionNaN() {
    #expect(throws: TextError.self) {
      try TokenDataset(countingTokens(100), validationFraction: .nan, blockSize: 1)
    }
  }

  @Test("each split holds a block and the token after it, or is refused by name")
  func shorterThanBlock() throws {
    let tokens = countingTokens(100)
    _ = try TokenDataset(tokens, blockSize: 9)
    #expect(throws: TextError.shorterThanBlock(.validation, tokens: 10, blockSize: 10)) {
      try TokenDataset(tokens, blockSize: 10)
    }
    _ = try TokenDataset(tokens, validationFraction: 0.5, blockSize: 49)
    #expect(throws: TextError.shorterThanBlock(.training, tokens: 50, blockSize: 50)) {
      try TokenDataset(tokens, validationFraction: 0.5, blockSize: 50)
    }
    #expect(throws: TextError.shorterThanBlock(.training, tokens: 90, blockSize: .max)) {
      try TokenDataset(tokens, blockSize: .max)
    }
    #expect(throws: TextError.shorterThanBlock(.training, tokens: 0, blockSize: 1)) {
      try TokenDataset(countingTokens(0), blockSize: 1)
    }
    #expect(throws: TextError.shorterThanBlock(.validation, tokens: 0, blockSize: 9)) {
      try TokenDataset(tokens, validationFraction: 1e-20, blockSize: 9)
    }
  }
}
