import Randomness
import Text
import Transformer

/// Tokens for a model to be checked on, and where they are from.
struct TextSample {
  /// From the text's beginning: as many as were asked for and a last target, fewer where it has no more; at least two.
  let tokens: [Int32]
  /// What they are, for a person.
  let source: String

  /// The text at `path`; without a path, `data/fables.txt` where the tokenizer can read it, else tokens of the
  /// tokenizer's at random. Throws if the text at `path` is none, or has other characters.
  init(of path: String?, for tokenizer: any Tokenizer, length: Int, seed: UInt64) throws {
    if let path {
      let corpus = try Corpus(path: path)
      let text = corpus.text(of: 0..<min(length + 1, corpus.characters.count))
      do {
        (tokens, source) = (try Self.part(of: text, tokenizer, length), "the beginning of \(path)")
      } catch TextError.unknownCharacter(let character) {
        throw UnknownCharacterError(character, inFile: path, text: text)
      }
      if tokens.count < 2 { throw TextError.nothingToScore(tokens: tokens.count) }
    } else if let text = try? Corpus(path: BundledCorpus.path).text,
      let part = try? Self.part(of: text, tokenizer, length), part.count > 1
    {
      (tokens, source) = (part, "the beginning of \(BundledCorpus.path)")
    } else {
      tokens = tokenizer.randomIDs(length + 1, key: RandomKey(seed: seed))
      source = "its own vocabulary at random (give --text for another)"
    }
  }

  /// The sequences of a batch, and the most tokens in each: short, since every derivative takes two losses.
  private static let (batchSize, longest) = (2, 16)

  /// Short sequences from anywhere in the sample.
  func batch(for model: GPT, seed: UInt64) -> TokenBatch {
    let ids = TokenIDs(tokens, vocabularySize: model.config.vocabularySize)
    let length = min(Self.longest, model.config.contextLength, tokens.count - 1)
    return RandomBatches(ids[...], batchSize: Self.batchSize, length: length, key: RandomKey(seed: seed)).batch(at: 0)
  }

  private static func part(of text: String, _ tokenizer: any Tokenizer, _ length: Int) throws -> [Int32] {
    // A character has one token at least.
    Array(try tokenizer.encode(String(text.unicodeScalars.prefix(length + 1))).prefix(length + 1))
  }
}
