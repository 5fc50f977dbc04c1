import Foundation

/// What a text is like as something to learn from: its characters, its line ends, and how its splits differ.
public struct CorpusExamination: Sendable, Equatable {
  /// A character and how often it occurs.
  public struct Occurrence: Sendable, Equatable {
    /// The character.
    public let scalar: Unicode.Scalar
    /// How often it occurs.
    public let count: Int
  }

  /// Line feeds alone, carriage returns with a line feed, and alone.
  public let lineFeeds, pairs, carriageReturns: Int
  /// Control characters other than tabs and line ends.
  public let controls: [Occurrence]
  /// Characters that are not seen, or look like others: format characters, spaces that are none of the keyboard's,
  /// U+FFFD, private and unassigned ones.
  public let invisible: [Occurrence]
  /// Letters with accents in one character; letters with accents as characters of their own, which have such a form.
  public let composed, decomposed: Int
  /// How many characters occur fewer than `rareLimit` times.
  public let rareCount: Int
  /// Those that the training split lacks.
  public let onlyInValidation: [Occurrence]
  /// What of the validation split stands in the training split too; nil where it is too short to say.
  public let repetition: Repetition?

  /// Below this, a character counts as rare.
  public static let rareLimit = 5

  /// Examines a corpus of which the first `trainingCount` characters are for training.
  ///
  /// - Parameter sample: so many characters at most, of both splits in proportion, are searched for what repeats.
  public init(_ corpus: Corpus, trainingCount: Int, sample: Int = .max) {
    let characters = corpus.characters
    let size = corpus.alphabet.count + 1
    let training = characters[..<trainingCount].counts(vocabularySize: size).dropFirst()
    let validation = characters[trainingCount...].counts(vocabularySize: size).dropFirst()
    let all = zip(corpus.alphabet, zip(training, validation)).map { Occurrence(scalar: $0, count: $1.0 + $1.1) }
    func count(_ scalar: Unicode.Scalar) -> Int { all.first { $0.scalar == scalar }?.count ?? 0 }

    pairs = count("\r") == 0 ? 0 : corpus.count(of: "\r", before: "\n")
    (lineFeeds, carriageReturns) = (count("\n") - pairs, count("\r") - pairs)
    controls = all.filter { corpus.controlCharacters.contains($0.scalar) }
    invisible = all.filter { isInvisible($0.scalar) }
    composed = all.reduce(0) { $0 + (isComposed($1.scalar) ? $1.count : 0) }
    decomposed = corpus.decomposedCount
    rareCount = all.count { $0.count < Self.rareLimit }
    onlyInValidation = zip(corpus.alphabet, zip(training, validation)).compactMap { scalar, counts in
      counts.0 == 0 && trainingCount > 0 ? Occurrence(scalar: scalar, count: counts.1) : nil
    }
    let share = min(1, Double(sample) / Double(max(characters.count, 1)))
    let searched = characters[..<Int(share * Double(trainingCount))]
    let sought = characters[trainingCount...].prefix(Int(share * Double(characters.count - trainingCount)))
    repetition = Repetition(of: sought, in: searched, vocabularySize: size)
  }
}

// MARK: - Kinds of characters

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
  case .spaceSeparator: scalar != " "
  default: scalar == "\u{FFFD}"
  }
}

/// Whether it is a letter with an accent, or one of those that another character stands for in composed texts.
private func isComposed(_ scalar: Unicode.Scalar) -> Bool {
  !scalar.isASCII && !isHangul(scalar)
    && !String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.elementsEqual(CollectionOfOne(scalar))
}

/// Syllables, whose parts are letters and no accents.
private func isHangul(_ scalar: Unicode.Scalar) -> Bool { (0xAC00...0xD7A3).contains(scalar.value) }

private func isCombining(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.canonicalCombiningClass != .notReordered
}

extension Corpus {
  /// How often `first` stands right before `second`.
  fileprivate func count(of first: Unicode.Scalar, before second: Unicode.Scalar) -> Int {
    let numbers = [first, second].map { scalar in alphabet.firstIndex(of: scalar).map { $0 + 1 } }
    guard let first = numbers[0], let second = numbers[1] else { return 0 }
    return characters.pairs(where: { $1 == second && $0 == first }).reduce(0) { $0 + $1.value }
  }

  /// How many accents are characters of their own though there is one for the letter with the accent.
  fileprivate var decomposedCount: Int {
    let isMark = [false] + alphabet.map(isCombining)
    guard isMark.contains(true) else { return 0 }
    return characters.pairs(where: { isMark[$1] && !isMark[$0] }).reduce(0) { sum, pair in
      let letter = String(String.UnicodeScalarView([pair.key.first, pair.key.second].map { alphabet[$0 - 1] }))
      return sum + (letter.precomposedStringWithCanonicalMapping.unicodeScalars.count == 1 ? pair.value : 0)
    }
  }
}
